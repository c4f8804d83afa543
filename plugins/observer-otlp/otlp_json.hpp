// The parts of OTLP that spans, logs and data points share, in its JSON encoding: ids in hexadecimal, 64-bit integers
// as texts, enumerators as numbers, names in camelCase. Pure; any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "platos/cpp/json_writer.hpp"
#include "platos/observer.h"

namespace platos::observer_otlp {

constexpr std::size_t kMaxAttributes = 128;
constexpr std::size_t kMaxNameBytes = 256;  ///< of a name or an attribute's key

/// What was kept and left out of a record's attributes.
struct AttributeList {
  std::string json;  ///< {"key":..,"value":{..}},.. without the brackets around
  std::size_t dropped = 0;
};

/// Keeps at most kMaxAttributes, and `max_bytes` of JSON; texts are cut to `max_text_bytes`. Attributes without key or
/// of an unknown type are dropped.
AttributeList encode_attributes(const std::vector<const platos_attribute_t*>& attributes, std::size_t max_text_bytes,
                                std::size_t max_bytes);

/// The attributes of a record in their order.
std::vector<const platos_attribute_t*> attribute_pointers(const platos_record_t& record);

/// Writes the members "attributes" and "droppedAttributesCount", each when there is something to say.
void write_attributes(sdk::JsonWriter& json, const AttributeList& list);

/// A 64-bit integer as a text. Times before 1970, which the protocol cannot say, become 0.
std::string integer_text(std::int64_t number);
std::string time_text(std::int64_t wall_ns);

/// {"key":..,"value":{"stringValue":..}} of UTF-8 text.
void write_text_attribute(sdk::JsonWriter& json, std::string_view key, std::string_view text);

}  // namespace platos::observer_otlp
