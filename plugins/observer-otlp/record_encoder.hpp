// Spans, logs and events as items of an OTLP request. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "platos/observer.h"

namespace platos::observer_otlp {

/// What all attributes of a record may take as JSON. With name and body a record is then below kMaxBatchBytes.
constexpr std::size_t kMaxAttributesBytes = 1024 * 1024;

/// A Span. Severity ERROR is status 2 with the body as its message, OK is status 1, everything else leaves it unset.
/// Empty when the trace or span id is all zero: receivers refuse such a span, and the whole request with it.
std::string encode_span(const platos_record_t& record, std::size_t max_text_bytes);

/// A LogRecord, for both logs and events (which have an eventName). `now_ns` (wall clock) is the observed time of a
/// record that brings none.
std::string encode_log(const platos_record_t& record, std::size_t max_text_bytes, std::int64_t now_ns);

}  // namespace platos::observer_otlp
