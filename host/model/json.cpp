#include "model/json.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace platos::model {
namespace {

struct LimitExceeded {
  const char* code;
  std::string message;
};

}  // namespace

Result<Json> parse_bounded(std::string_view text, std::string_view what, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return fail(ErrorKind::TooLarge, "json_too_large",
                std::string(what) + ": " + std::to_string(text.size()) + " bytes, at most " +
                    std::to_string(limits.max_bytes) + " are read");
  }
  if (!base::is_valid_utf8(text)) {
    return fail(ErrorKind::InvalidArgument, "json_not_utf8",
                std::string(what) + ": JSON must be UTF-8, and this is not");
  }
  // The parser takes a NUL for the end and skips a byte order mark: what follows, or precedes, would go unseen.
  if (text.find('\0') != std::string_view::npos || text.starts_with("\xEF\xBB\xBF")) {
    return fail(ErrorKind::InvalidArgument, "json_malformed",
                std::string(what) + ": not JSON: it holds a NUL byte, or begins with a byte order mark");
  }
  std::size_t nodes = 0;
  const auto guard = [&](int depth, Json::parse_event_t event, Json&) {
    const bool opens = event == Json::parse_event_t::object_start || event == Json::parse_event_t::array_start;
    if (opens && depth >= limits.max_depth) {
      throw LimitExceeded{"json_too_deep", "nested deeper than " + std::to_string(limits.max_depth) + " levels"};
    }
    if ((opens || event == Json::parse_event_t::value) && ++nodes > limits.max_nodes) {
      throw LimitExceeded{"json_too_many_nodes", "more than " + std::to_string(limits.max_nodes) + " values"};
    }
    return true;
  };
  try {
    return Json::parse(text, guard);
  } catch (const LimitExceeded& exceeded) {
    return fail(ErrorKind::InvalidArgument, exceeded.code, std::string(what) + ": " + exceeded.message);
  } catch (const Json::parse_error& error) {
    return fail(ErrorKind::InvalidArgument, "json_malformed",
                std::string(what) + ": not JSON: " +
                    (text.empty() ? "it is empty" : "syntax error at byte " + std::to_string(error.byte)));
  } catch (const Json::exception&) {
    return fail(ErrorKind::InvalidArgument, "json_malformed", std::string(what) + ": a number does not fit");
  }
}

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string kind_of(const Json& json) {
  switch (json.type()) {
    case Json::value_t::object: return "an object";
    case Json::value_t::array: return "an array";
    case Json::value_t::string: return "a string";
    case Json::value_t::boolean: return "a boolean";
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned: return "the number " + json.dump();
    case Json::value_t::number_float: return "a fraction";
    default: return "null";
  }
}

Error invalid_field(std::string_view member, std::string_view expected, std::string_view found) {
  Error error;
  error.kind = ErrorKind::InvalidArgument;
  error.code = "invalid_field";
  error.message = std::string(member) + ": expected " + std::string(expected) + ", found " + std::string(found);
  error.validation_errors.push_back(error.message);
  return error;
}

namespace {
const Json* present(const Json& object, std::string_view member) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(member);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}
}  // namespace

Result<std::optional<std::string>> optional_text(const Json& object, std::string_view member) {
  const Json* value = present(object, member);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) return fail(invalid_field(member, "a string", kind_of(*value)));
  return value->get<std::string>();
}

Result<std::optional<std::int64_t>> optional_integer(const Json& object, std::string_view member, std::int64_t min,
                                                     std::int64_t max) {
  const Json* value = present(object, member);
  if (value == nullptr) return std::nullopt;
  const std::string expected = "a whole number from " + std::to_string(min) + " to " + std::to_string(max);
  if (!value->is_number_integer()) return fail(invalid_field(member, expected, kind_of(*value)));
  const bool too_large = value->is_number_unsigned() && value->get<std::uint64_t>() > INT64_MAX;
  const std::int64_t number = too_large ? INT64_MAX : value->get<std::int64_t>();
  if (too_large || number < min || number > max) return fail(invalid_field(member, expected, kind_of(*value)));
  return number;
}

Result<std::optional<bool>> optional_bool(const Json& object, std::string_view member) {
  const Json* value = present(object, member);
  if (value == nullptr) return std::nullopt;
  if (!value->is_boolean()) return fail(invalid_field(member, "true or false", kind_of(*value)));
  return value->get<bool>();
}

Result<std::string> required_text(const Json& object, std::string_view member) {
  auto text = optional_text(object, member);
  if (!text) return fail(text.error());
  if (!*text || (*text)->empty()) return fail(invalid_field(member, "a text", *text ? "an empty one" : "nothing"));
  return **text;
}

}  // namespace platos::model
