#include "common/provider/json_reading.hpp"

#include <algorithm>

#include "common/provider/safe_text.hpp"

namespace platos::provider_common {

WrongType::WrongType(std::string_view expected, std::string_view path, std::string_view found)
    : std::runtime_error("expected " + std::string(expected) + " at " + std::string(path) + ", found " +
                         std::string(found)) {}

ondemand::object JsonText::parse(std::string_view text) {
  // simdjson keeps a stack for its depth; the usual 1024 levels are nine kilobytes in each open stream.
  constexpr std::size_t kMaxDepth = 128;
  if (parser_.capacity() < text.size()) {
    if (const auto failed = parser_.allocate(std::max<std::size_t>(2 * text.size(), 512), kMaxDepth)) {
      throw simdjson::simdjson_error(failed);
    }
  }
  padded_.assign(text);
  padded_.append(simdjson::SIMDJSON_PADDING, ' ');
  document_ = parser_.iterate(simdjson::padded_string_view(padded_.data(), text.size(), padded_.size())).take_value();
  const ondemand::json_type type = document_.type().take_value();
  if (type != ondemand::json_type::object) throw WrongType("an object", "the top", type_name(type));
  return document_.get_object().take_value();
}

void JsonText::expect_end() {
  if (document_.current_location().error() != simdjson::OUT_OF_BOUNDS) {
    throw simdjson::simdjson_error(simdjson::TAPE_ERROR);
  }
}

std::string_view type_name(ondemand::json_type type) noexcept {
  switch (type) {
    case ondemand::json_type::array: return "an array";
    case ondemand::json_type::object: return "an object";
    case ondemand::json_type::number: return "a number";
    case ondemand::json_type::string: return "a string";
    case ondemand::json_type::boolean: return "a boolean";
    case ondemand::json_type::null: return "null";
  }
  return "something else";
}

namespace {

void expect_type(ondemand::value& value, ondemand::json_type wanted, std::string_view path) {
  const ondemand::json_type type = value.type().take_value();
  if (type != wanted) throw WrongType(type_name(wanted), path, type_name(type));
}

}  // namespace

// is_null() of simdjson 3.0 takes any token that starts with 'n' for null; the raw token does not lie.
bool is_null(ondemand::value& value) {
  return value.type().take_value() == ondemand::json_type::null && raw_json(value) == "null";
}

ondemand::object object_at(ondemand::value& value, std::string_view path) {
  expect_type(value, ondemand::json_type::object, path);
  return value.get_object().take_value();
}

ondemand::array array_at(ondemand::value& value, std::string_view path) {
  expect_type(value, ondemand::json_type::array, path);
  return value.get_array().take_value();
}

std::string_view text_at(ondemand::value& value, std::string_view path) {
  expect_type(value, ondemand::json_type::string, path);
  return value.get_string().take_value();
}

bool flag_at(ondemand::value& value, std::string_view path) {
  expect_type(value, ondemand::json_type::boolean, path);
  return value.get_bool().take_value();
}

std::int64_t integer_at(ondemand::value& value, std::string_view path) {
  expect_type(value, ondemand::json_type::number, path);
  const auto number = value.get_int64();
  if (number.error() != simdjson::SUCCESS) throw WrongType("an integer", path, "another number");
  return number.value_unsafe();
}

std::string_view raw_json(ondemand::value& value) { return simdjson::to_json_string(value).take_value(); }

bool has_members(std::string_view raw_object) noexcept {
  return raw_object.size() > 2 && !trimmed(raw_object.substr(1, raw_object.size() - 2)).empty();
}

std::string_view raw_text_at(ondemand::value& value, std::string_view path) {
  expect_type(value, ondemand::json_type::string, path);
  const std::string_view token = raw_json(value);
  if (token.size() < 2 || token.back() != '"') throw simdjson::simdjson_error(simdjson::STRING_ERROR);
  return token.substr(1, token.size() - 2);
}

}  // namespace platos::provider_common
