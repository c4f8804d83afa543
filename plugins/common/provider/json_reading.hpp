// simdjson's on-demand parser with the checks that a codec wants: every wrong type names its place.
//
// On-demand reads front to back: a value is read once, before the next one is asked for. Members are visited, never
// looked up: lookups of simdjson 3.0 rely on a sound structure, and on-demand does not know it before it has been
// there.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace platos::provider_common {

namespace ondemand = simdjson::ondemand;

/// A value has another type than the protocol says. what(): "expected a string at choices[0].delta.content, found
/// null".
class WrongType : public std::runtime_error {
 public:
  WrongType(std::string_view expected, std::string_view path, std::string_view found);
};

/// Owns the padded copy that simdjson wants, and its parser; reuse it, so that buffers are reused. Not thread-safe.
/// Everything read from it is valid until the next parse(). All functions of this file throw WrongType or
/// simdjson::simdjson_error (text that is not JSON, or not UTF-8).
class JsonText {
 public:
  ondemand::object parse(std::string_view text);

  /// Throws when something follows the object. Call it after all of the object was read.
  void expect_end();

 private:
  std::string padded_;
  ondemand::parser parser_;
  ondemand::document document_;
};

/// "an object", "a string" and so on.
std::string_view type_name(ondemand::json_type type) noexcept;

bool is_null(ondemand::value& value);
ondemand::object object_at(ondemand::value& value, std::string_view path);
ondemand::array array_at(ondemand::value& value, std::string_view path);
std::string_view text_at(ondemand::value& value, std::string_view path);
bool flag_at(ondemand::value& value, std::string_view path);
std::int64_t integer_at(ondemand::value& value, std::string_view path);

/// The value as it stands in the text, without space around it.
std::string_view raw_json(ondemand::value& value);

/// What stands between the quotes of a string, escapes included: ready to be put between other quotes.
std::string_view raw_text_at(ondemand::value& value, std::string_view path);

/// The JSON string that raw_text_at() gave the inside of. `raw_text` must come from there.
inline std::string_view with_quotes(std::string_view raw_text) noexcept {
  return {raw_text.data() - 1, raw_text.size() + 2};
}

/// Whether `raw_object`, an object as raw_json() gave it, has a member.
bool has_members(std::string_view raw_object) noexcept;

/// Calls visit(key, value) for every member that is not null.
template <typename Visit>
void for_each_member(ondemand::object object, Visit&& visit) {
  for (auto result : object) {
    ondemand::field field = std::move(result).take_value();
    const std::string_view key = field.unescaped_key().take_value();
    if (!is_null(field.value())) visit(key, field.value());
  }
}

/// Calls visit(key, raw value) for every member, null or not.
template <typename Visit>
void for_each_raw_member(ondemand::object object, Visit&& visit) {
  for (auto result : object) {
    ondemand::field field = std::move(result).take_value();
    const std::string_view key = field.unescaped_key().take_value();
    visit(key, raw_json(field.value()));
  }
}

/// Calls visit(value) for every item of an array.
template <typename Visit>
void for_each_item(ondemand::array array, Visit&& visit) {
  for (auto result : array) {
    ondemand::value value = std::move(result).take_value();
    visit(value);
  }
}

}  // namespace platos::provider_common
