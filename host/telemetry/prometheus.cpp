#include "telemetry/prometheus.hpp"

#include <charconv>
#include <cmath>

namespace platos::telemetry {
namespace {

void append_number(std::string& out, double number) {
  if (std::isinf(number)) {
    out += number > 0 ? "+Inf" : "-Inf";
    return;
  }
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, number).ptr;
  out.append(text, end);
}

void append_escaped(std::string& out, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quotes) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

void append_line(std::string& out, const std::string& name, std::string_view suffix, const Labels& labels,
                 const std::string& bound, double value) {
  out += name;
  out += suffix;
  char separator = '{';
  for (const auto& [label, text] : labels) {
    out += separator;
    out += label;
    out += "=\"";
    append_escaped(out, text, true);
    out += '"';
    separator = ',';
  }
  if (!bound.empty()) {
    out += separator;
    out += "le=\"" + bound + '"';
    separator = ',';
  }
  if (separator == ',') out += '}';
  out += ' ';
  append_number(out, value);
  out += '\n';
}

void append_histogram(std::string& out, const std::string& name, const Labels& labels, const Series& series) {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i <= series.bounds().size(); ++i) {
    total += series.bucket(i);
    std::string bound = "+Inf";
    if (i < series.bounds().size()) {
      bound.clear();
      append_number(bound, series.bounds()[i]);
    }
    append_line(out, name, "_bucket", labels, bound, static_cast<double>(total));
  }
  append_line(out, name, "_sum", labels, "", series.value());
  append_line(out, name, "_count", labels, "", static_cast<double>(total));
}

constexpr const char* type_name(MetricKind kind) {
  switch (kind) {
    case MetricKind::Gauge: return "gauge";
    case MetricKind::Histogram: return "histogram";
    default: return "counter";
  }
}

}  // namespace

std::string prometheus_text(const Metrics& metrics) {
  metrics.refresh();
  std::string out;
  metrics.visit([&out](const std::string& name, const Family& family) {
    out += "# HELP " + name + ' ';
    append_escaped(out, family.help, false);
    out += "\n# TYPE " + name + ' ' + type_name(family.kind) + '\n';
    for (const auto& [labels, series] : family.series) {
      if (family.kind == MetricKind::Histogram) {
        append_histogram(out, name, labels, *series);
      } else {
        append_line(out, name, "", labels, "", series->value());
      }
    }
  });
  return out;
}

}  // namespace platos::telemetry
