// The OTLP messages as a table, and a check of JSON against the protobuf JSON mapping of OTLP: every member known, of
// the right form, 64-bit integers as texts, ids as hexadecimal, enumerators as numbers.
#pragma once

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace platos::tests {

/// A kind is "text", "bool", "double", "uint32", "enum", "uint64", "int64", "hex16", "hex32", or the name of a message;
/// with "*" at the end it is repeated.
using OtlpMessages = std::map<std::string, std::map<std::string, std::string>>;

inline const OtlpMessages& otlp_messages() {
  static const OtlpMessages kMessages = {
      {"ExportTrace", {{"resourceSpans", "ResourceSpans*"}}},
      {"ExportLogs", {{"resourceLogs", "ResourceLogs*"}}},
      {"ExportMetrics", {{"resourceMetrics", "ResourceMetrics*"}}},
      {"ResourceSpans", {{"resource", "Resource"}, {"scopeSpans", "ScopeSpans*"}}},
      {"ResourceLogs", {{"resource", "Resource"}, {"scopeLogs", "ScopeLogs*"}}},
      {"ResourceMetrics", {{"resource", "Resource"}, {"scopeMetrics", "ScopeMetrics*"}}},
      {"Resource", {{"attributes", "KeyValue*"}}},
      {"Scope", {{"name", "text"}}},
      {"ScopeSpans", {{"scope", "Scope"}, {"spans", "Span*"}}},
      {"ScopeLogs", {{"scope", "Scope"}, {"logRecords", "LogRecord*"}}},
      {"ScopeMetrics", {{"scope", "Scope"}, {"metrics", "Metric*"}}},
      {"KeyValue", {{"key", "text"}, {"value", "AnyValue"}}},
      {"AnyValue", {{"stringValue", "text"}, {"boolValue", "bool"}, {"intValue", "int64"}, {"doubleValue", "double"}}},
      {"Status", {{"message", "text"}, {"code", "enum"}}},
      {"Span",
       {{"traceId", "hex32"},
        {"spanId", "hex16"},
        {"parentSpanId", "hex16"},
        {"name", "text"},
        {"kind", "enum"},
        {"startTimeUnixNano", "uint64"},
        {"endTimeUnixNano", "uint64"},
        {"attributes", "KeyValue*"},
        {"droppedAttributesCount", "uint32"},
        {"status", "Status"}}},
      {"LogRecord",
       {{"timeUnixNano", "uint64"},
        {"observedTimeUnixNano", "uint64"},
        {"severityNumber", "enum"},
        {"severityText", "text"},
        {"eventName", "text"},
        {"body", "AnyValue"},
        {"attributes", "KeyValue*"},
        {"droppedAttributesCount", "uint32"},
        {"traceId", "hex32"},
        {"spanId", "hex16"}}},
      {"Metric", {{"name", "text"}, {"sum", "Sum"}, {"gauge", "Gauge"}, {"histogram", "Histogram"}}},
      {"Sum", {{"dataPoints", "NumberPoint*"}, {"aggregationTemporality", "enum"}, {"isMonotonic", "bool"}}},
      {"Gauge", {{"dataPoints", "NumberPoint*"}}},
      {"Histogram", {{"dataPoints", "HistogramPoint*"}, {"aggregationTemporality", "enum"}}},
      {"NumberPoint",
       {{"attributes", "KeyValue*"},
        {"startTimeUnixNano", "uint64"},
        {"timeUnixNano", "uint64"},
        {"asDouble", "double"}}},
      {"HistogramPoint",
       {{"attributes", "KeyValue*"},
        {"startTimeUnixNano", "uint64"},
        {"timeUnixNano", "uint64"},
        {"count", "uint64"},
        {"sum", "double"},
        {"bucketCounts", "uint64*"},
        {"explicitBounds", "double*"},
        {"min", "double"},
        {"max", "double"}}},
  };
  return kMessages;
}

inline bool is_integer_text(const nlohmann::json& value, bool may_be_negative) {
  if (!value.is_string()) return false;
  std::string text = value.get<std::string>();
  if (may_be_negative && text.starts_with('-')) text.erase(0, 1);
  return !text.empty() && text.size() <= 20 && text.find_first_not_of("0123456789") == std::string::npos;
}

inline bool is_hex(const nlohmann::json& value, std::size_t digits) {
  return value.is_string() && value.get<std::string>().size() == digits &&
         value.get<std::string>().find_first_not_of("0123456789abcdef") == std::string::npos &&
         value.get<std::string>().find_first_not_of('0') != std::string::npos;
}

/// Appends what is wrong to `problems`.
inline void check_otlp(const nlohmann::json& value, std::string kind, const std::string& path,
                       std::vector<std::string>& problems) {
  const auto expect = [&](bool holds) {
    if (!holds) problems.push_back(path + ": expected " + kind + ", found " + value.dump().substr(0, 80));
  };
  if (kind.ends_with('*')) {
    kind.pop_back();
    if (!value.is_array()) return problems.push_back(path + ": expected an array of " + kind);
    for (std::size_t i = 0; i < value.size(); ++i) {
      check_otlp(value[i], kind, path + '[' + std::to_string(i) + ']', problems);
    }
  } else if (const auto message = otlp_messages().find(kind); message != otlp_messages().end()) {
    if (!value.is_object()) return expect(false);
    for (const auto& [member, item] : value.items()) {
      const auto field = message->second.find(member);
      if (field == message->second.end()) {
        problems.push_back(path + ": " + kind + " has no member " + member);
      } else {
        check_otlp(item, field->second, path + '.' + member, problems);
      }
    }
    if (kind == "AnyValue") expect(value.size() == 1);
    if (kind == "KeyValue") expect(value.size() == 2 && value["key"] != "");
  } else if (kind == "double") {
    expect(value.is_number() || value == "NaN" || value == "Infinity" || value == "-Infinity");
  } else {
    const std::map<std::string, bool> holds = {
        {"text", value.is_string()},
        {"bool", value.is_boolean()},
        {"uint32", value.is_number_unsigned()},
        {"enum", value.is_number_unsigned()},
        {"uint64", is_integer_text(value, false)},
        {"int64", is_integer_text(value, true)},
        {"hex16", is_hex(value, 16)},
        {"hex32", is_hex(value, 32)},
    };
    expect(holds.at(kind));
  }
}

/// Problems of the body that was sent to `url`.
inline std::vector<std::string> otlp_problems(const std::string& url, const std::string& body) {
  std::vector<std::string> problems;
  const auto json = nlohmann::json::parse(body, nullptr, false);
  if (json.is_discarded()) return {"not JSON, or not UTF-8"};
  const std::string kind = url.ends_with("/v1/traces") ? "ExportTrace"
                           : url.ends_with("/v1/logs") ? "ExportLogs"
                                                       : "ExportMetrics";
  check_otlp(json, kind, "body", problems);
  return problems;
}

}  // namespace platos::tests
