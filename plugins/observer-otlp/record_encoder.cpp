#include "record_encoder.hpp"

#include <string_view>

#include "common/clean_text.hpp"
#include "common/record_fields.hpp"
#include "otlp_json.hpp"
#include "platos/cpp/slice.hpp"

namespace platos::observer_otlp {
namespace {

using plugin_common::clean_text;
using plugin_common::id_text;

// Enumerators of opentelemetry/proto/trace/v1 and logs/v1.
constexpr int kSpanKindInternal = 1;
constexpr int kSpanKindServer = 2;
constexpr int kSpanKindClient = 3;
constexpr int kStatusOk = 1;
constexpr int kStatusError = 2;

int span_kind(std::int32_t kind) {
  return kind == PLATOS_SPAN_SERVER   ? kSpanKindServer
         : kind == PLATOS_SPAN_CLIENT ? kSpanKindClient
                                      : kSpanKindInternal;
}

void write_status(sdk::JsonWriter& json, const platos_record_t& record) {
  if (record.severity == PLATOS_SEVERITY_OK)
    json.key("status").begin_object().key("code").value(kStatusOk).end_object();
  if (record.severity != PLATOS_SEVERITY_ERROR) return;
  json.key("status").begin_object().key("code").value(kStatusError);
  if (record.body.size > 0) json.key("message").value(clean_text(sdk::view(record.body), kMaxNameBytes));
  json.end_object();
}

void write_severity(sdk::JsonWriter& json, const platos_record_t& record) {
  const auto write = [&json](int number, std::string_view text) {
    json.key("severityNumber").value(number).key("severityText").value(text);
  };
  switch (record.severity) {
    case PLATOS_SEVERITY_OK:
    case PLATOS_SEVERITY_INFO: return write(9, "INFO");
    case PLATOS_SEVERITY_WARN: return write(13, "WARN");
    case PLATOS_SEVERITY_ERROR: return write(17, "ERROR");
    default: return;
  }
}

}  // namespace

std::string encode_span(const platos_record_t& record, std::size_t max_text_bytes) {
  const std::string trace_id = id_text(record.trace_id);
  const std::string span_id = id_text(record.span_id);
  std::string item;
  if (trace_id.empty() || span_id.empty()) return item;
  sdk::JsonWriter json(item);
  json.begin_object().key("traceId").value(trace_id).key("spanId").value(span_id);
  if (const auto parent = id_text(record.parent_span_id); !parent.empty()) json.key("parentSpanId").value(parent);
  json.key("name").value(clean_text(sdk::view(record.name), kMaxNameBytes));
  json.key("kind").value(span_kind(record.span_kind));
  json.key("startTimeUnixNano").value(time_text(record.start_ns));
  json.key("endTimeUnixNano").value(time_text(record.end_ns));
  write_attributes(json, encode_attributes(attribute_pointers(record), max_text_bytes, kMaxAttributesBytes));
  write_status(json, record);
  json.end_object();
  return item;
}

std::string encode_log(const platos_record_t& record, std::size_t max_text_bytes, std::int64_t now_ns) {
  std::string item;
  sdk::JsonWriter json(item);
  json.begin_object();
  const std::int64_t time_ns = plugin_common::time_of(record);
  if (time_ns > 0) json.key("timeUnixNano").value(time_text(time_ns));
  json.key("observedTimeUnixNano").value(time_text(time_ns > 0 ? time_ns : now_ns));
  write_severity(json, record);
  if (record.kind == PLATOS_RECORD_EVENT)
    json.key("eventName").value(clean_text(sdk::view(record.name), kMaxNameBytes));
  if (record.body.size > 0) {
    json.key("body").begin_object().key("stringValue").value(clean_text(sdk::view(record.body), max_text_bytes));
    json.end_object();
  }
  write_attributes(json, encode_attributes(attribute_pointers(record), max_text_bytes, kMaxAttributesBytes));
  // A span id without its trace is refused by receivers.
  if (const auto trace_id = id_text(record.trace_id); !trace_id.empty()) {
    json.key("traceId").value(trace_id);
    if (const auto span_id = id_text(record.span_id); !span_id.empty()) json.key("spanId").value(span_id);
  }
  json.end_object();
  return item;
}

}  // namespace platos::observer_otlp
