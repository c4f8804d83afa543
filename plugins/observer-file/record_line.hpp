// One record as one line of JSON. The schema, which only grows ("v" changes when a member changes its meaning):
//
// - v: always 1
// - kind: "span", "metric", "log" or "event"
// - time: UTC with nanoseconds, "2026-01-31T08:00:00.000000001Z"; the start of a span; absent when unknown
// - name: of a span, metric or event
// - trace_id, span_id, parent_span_id: lower case hexadecimal; absent when there is none
// - span_kind, of a span: "internal", "client" or "server"
// - duration_ns, of a span: integer
// - status, of a span: "ok", "error" or "unset"
// - error_code: of a failed span
// - severity, of a log or event: "info", "warn" or "error"; absent when unknown
// - body, of a log or event: text; absent when empty
// - metric: "counter" (value is the total since the daemon's start), "gauge" or "histogram" (one observation)
// - value: a number, or "NaN", "Infinity", "-Infinity"
// - attributes: object of texts, numbers (integers exact, 64 bits) and booleans; absent when there are none
// - dropped_attributes: how many were left out, because the line or their number became too large; absent when none
//
// Members stand in this order. Texts are cut, see common/clean_text.hpp. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>

#include "platos/observer.h"

namespace platos::observer_file {

constexpr std::size_t kMaxAttributes = 128;
constexpr std::size_t kMaxNameBytes = 256;               ///< of a name or an attribute's key
constexpr std::size_t kMaxAttributesBytes = 512 * 1024;  ///< of all attributes of a record, as JSON

/// Ends with '\n', holds no other, and is below 1 MiB. Empty for a record of a kind that is not known.
std::string record_line(const platos_record_t& record, std::size_t max_text_bytes);

}  // namespace platos::observer_file
