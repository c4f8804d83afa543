#include "record_line.hpp"

#include <chrono>
#include <cstdio>
#include <string_view>

#include "common/clean_text.hpp"
#include "common/record_fields.hpp"
#include "platos/cpp/slice.hpp"

namespace platos::observer_file {
namespace {

using plugin_common::clean_text;

std::string iso_time(std::int64_t wall_ns) {
  using namespace std::chrono;
  const sys_time<nanoseconds> at{nanoseconds(wall_ns)};
  const auto day = floor<days>(at);
  const year_month_day date(day);
  const hh_mm_ss clock(at - day);
  char text[48];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d.%09dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()), static_cast<int>(clock.subseconds().count()));
  return text;
}

std::string_view kind_name(std::int32_t kind) {
  switch (kind) {
    case PLATOS_RECORD_SPAN: return "span";
    case PLATOS_RECORD_METRIC: return "metric";
    case PLATOS_RECORD_LOG: return "log";
    case PLATOS_RECORD_EVENT: return "event";
    default: return {};
  }
}

void write_id(sdk::JsonWriter& json, std::string_view member, const std::string& id) {
  if (!id.empty()) json.key(member).value(id);
}

void write_span(sdk::JsonWriter& json, const platos_record_t& record) {
  const auto kind = record.span_kind;
  json.key("span_kind")
      .value(kind == PLATOS_SPAN_CLIENT   ? "client"
             : kind == PLATOS_SPAN_SERVER ? "server"
                                          : "internal");
  // Wraps instead of overflowing: the two times are a stranger's.
  json.key("duration_ns")
      .value(static_cast<std::int64_t>(static_cast<std::uint64_t>(record.end_ns) -
                                       static_cast<std::uint64_t>(record.start_ns)));
  const bool failed = record.severity == PLATOS_SEVERITY_ERROR;
  json.key("status").value(failed ? "error" : record.severity == PLATOS_SEVERITY_OK ? "ok" : "unset");
  if (failed && record.body.size > 0) json.key("error_code").value(clean_text(sdk::view(record.body), kMaxNameBytes));
}

void write_metric(sdk::JsonWriter& json, const platos_record_t& record) {
  const auto kind = record.metric_kind;
  json.key("metric").value(kind == PLATOS_METRIC_COUNTER     ? "counter"
                           : kind == PLATOS_METRIC_HISTOGRAM ? "histogram"
                                                             : "gauge");
  plugin_common::write_double(json.key("value"), record.value);
}

void write_message(sdk::JsonWriter& json, const platos_record_t& record, std::size_t max_text_bytes) {
  switch (record.severity) {
    case PLATOS_SEVERITY_OK:
    case PLATOS_SEVERITY_INFO: json.key("severity").value("info"); break;
    case PLATOS_SEVERITY_WARN: json.key("severity").value("warn"); break;
    case PLATOS_SEVERITY_ERROR: json.key("severity").value("error"); break;
    default: break;
  }
  if (record.body.size > 0) json.key("body").value(clean_text(sdk::view(record.body), max_text_bytes));
}

/// Empty for an attribute that has no key or a type that is not known.
std::string attribute_member(const platos_attribute_t& attribute, std::size_t max_text_bytes) {
  std::string member;
  if (attribute.key.size == 0) return member;
  sdk::append_json_string(member, clean_text(sdk::view(attribute.key), kMaxNameBytes));
  member += ':';
  sdk::JsonWriter json(member);
  switch (attribute.type) {
    case PLATOS_ATTRIBUTE_TEXT: json.value(clean_text(sdk::view(attribute.text), max_text_bytes)); break;
    case PLATOS_ATTRIBUTE_INTEGER: json.value(attribute.integer); break;
    case PLATOS_ATTRIBUTE_DOUBLE: plugin_common::write_double(json, attribute.number); break;
    case PLATOS_ATTRIBUTE_BOOLEAN: json.value(attribute.integer != 0); break;
    default: return {};
  }
  return member;
}

void write_attributes(sdk::JsonWriter& json, const platos_record_t& record, std::size_t max_text_bytes) {
  std::string members;
  std::size_t written = 0;
  for (const platos_attribute_t& attribute : plugin_common::attributes_of(record)) {
    if (written == kMaxAttributes) break;
    const std::string member = attribute_member(attribute, max_text_bytes);
    if (member.empty() || members.size() + member.size() > kMaxAttributesBytes) continue;
    if (written++ > 0) members += ',';
    members += member;
  }
  if (written > 0) json.key("attributes").raw('{' + members + '}');
  const std::size_t dropped = plugin_common::attributes_of(record).size() - written;
  if (dropped > 0) json.key("dropped_attributes").value(static_cast<std::int64_t>(dropped));
}

}  // namespace

std::string record_line(const platos_record_t& record, std::size_t max_text_bytes) {
  std::string line;
  const std::string_view kind = kind_name(record.kind);
  if (kind.empty()) return line;
  sdk::JsonWriter json(line);
  json.begin_object().key("v").value(1).key("kind").value(kind);
  if (const auto time_ns = plugin_common::time_of(record); time_ns != 0) json.key("time").value(iso_time(time_ns));
  if (record.kind != PLATOS_RECORD_LOG) json.key("name").value(clean_text(sdk::view(record.name), kMaxNameBytes));
  write_id(json, "trace_id", plugin_common::id_text(record.trace_id));
  write_id(json, "span_id", plugin_common::id_text(record.span_id));
  write_id(json, "parent_span_id", plugin_common::id_text(record.parent_span_id));
  if (record.kind == PLATOS_RECORD_SPAN) {
    write_span(json, record);
  } else if (record.kind == PLATOS_RECORD_METRIC) {
    write_metric(json, record);
  } else {
    write_message(json, record, max_text_bytes);
  }
  write_attributes(json, record, max_text_bytes);
  json.end_object();
  return line += '\n';
}

}  // namespace platos::observer_file
