// Small readers of platos_record_t that every observer needs. Pure; any thread.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "platos/cpp/json_writer.hpp"
#include "platos/observer.h"

namespace platos::plugin_common {

/// Lower case hexadecimal of an id; empty when it is all zero, which means that there is none.
template <std::size_t kSize>
std::string id_text(const std::uint8_t (&id)[kSize]) {
  static constexpr char kHex[] = "0123456789abcdef";
  if (std::all_of(std::begin(id), std::end(id), [](std::uint8_t byte) { return byte == 0; })) return {};
  std::string text;
  for (const unsigned byte : id) {
    text += kHex[byte >> 4U];
    text += kHex[byte & 15U];
  }
  return text;
}

inline std::span<const platos_attribute_t> attributes_of(const platos_record_t& record) {
  return {record.attributes, record.attributes == nullptr ? 0 : record.attribute_count};
}

/// Spans are placed by their start, everything else by its end; 0 when the record has no time.
inline std::int64_t time_of(const platos_record_t& record) {
  if (record.kind == PLATOS_RECORD_SPAN) return record.start_ns;
  return record.end_ns != 0 ? record.end_ns : record.start_ns;
}

/// A JSON number, or "NaN", "Infinity", "-Infinity", which JSON has no numbers for.
inline void write_double(sdk::JsonWriter& json, double number) {
  if (std::isfinite(number)) {
    json.value(number);
  } else {
    json.value(std::isnan(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity");
  }
}

}  // namespace platos::plugin_common
