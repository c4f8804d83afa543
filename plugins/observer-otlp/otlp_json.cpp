#include "otlp_json.hpp"

#include <algorithm>

#include "common/clean_text.hpp"
#include "common/record_fields.hpp"
#include "platos/cpp/slice.hpp"

namespace platos::observer_otlp {
namespace {

using plugin_common::clean_text;

/// Empty when the type is not known.
std::string encode_value(const platos_attribute_t& attribute, std::size_t max_text_bytes) {
  std::string value;
  sdk::JsonWriter json(value);
  json.begin_object();
  switch (attribute.type) {
    case PLATOS_ATTRIBUTE_TEXT:
      json.key("stringValue").value(clean_text(sdk::view(attribute.text), max_text_bytes));
      break;
    case PLATOS_ATTRIBUTE_INTEGER: json.key("intValue").value(integer_text(attribute.integer)); break;
    case PLATOS_ATTRIBUTE_DOUBLE: plugin_common::write_double(json.key("doubleValue"), attribute.number); break;
    case PLATOS_ATTRIBUTE_BOOLEAN: json.key("boolValue").value(attribute.integer != 0); break;
    default: return {};
  }
  json.end_object();
  return value;
}

}  // namespace

AttributeList encode_attributes(const std::vector<const platos_attribute_t*>& attributes, std::size_t max_text_bytes,
                                std::size_t max_bytes) {
  AttributeList list;
  std::size_t kept = 0;
  for (const platos_attribute_t* attribute : attributes) {
    if (kept == kMaxAttributes) break;
    const std::string value = encode_value(*attribute, max_text_bytes);
    if (attribute->key.size == 0 || value.empty()) continue;
    std::string item;
    sdk::JsonWriter json(item);
    json.begin_object().key("key").value(clean_text(sdk::view(attribute->key), kMaxNameBytes));
    json.key("value").raw(value).end_object();
    if (list.json.size() + item.size() + 1 > max_bytes) continue;
    if (kept++ > 0) list.json += ',';
    list.json += item;
  }
  list.dropped = attributes.size() - kept;
  return list;
}

std::vector<const platos_attribute_t*> attribute_pointers(const platos_record_t& record) {
  std::vector<const platos_attribute_t*> pointers;
  for (const platos_attribute_t& attribute : plugin_common::attributes_of(record)) pointers.push_back(&attribute);
  return pointers;
}

void write_attributes(sdk::JsonWriter& json, const AttributeList& list) {
  if (!list.json.empty()) json.key("attributes").raw('[' + list.json + ']');
  if (list.dropped > 0) json.key("droppedAttributesCount").value(static_cast<std::int64_t>(list.dropped));
}

std::string integer_text(std::int64_t number) { return std::to_string(number); }

std::string time_text(std::int64_t wall_ns) { return std::to_string(std::max<std::int64_t>(0, wall_ns)); }

void write_text_attribute(sdk::JsonWriter& json, std::string_view key, std::string_view text) {
  json.begin_object().key("key").value(key);
  json.key("value").begin_object().key("stringValue").value(text).end_object().end_object();
}

}  // namespace platos::observer_otlp
