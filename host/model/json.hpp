// JSON that enters the process goes through parse_bounded; small helpers to read members with errors that name them.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace platos::model {

using Json = nlohmann::json;
/// Members stay in the order in which they came: for what is signed.
using OrderedJson = nlohmann::ordered_json;

struct JsonLimits {
  std::size_t max_bytes = 1024 * 1024;
  int max_depth = 64;
  std::size_t max_nodes = 100'000;
};

/// Parses one JSON text. Errors: TooLarge "json_too_large"; InvalidArgument "json_too_deep", "json_too_many_nodes",
/// "json_not_utf8", "json_malformed" (with the byte position). `what` names the text in the message: "request body".
Result<Json> parse_bounded(std::string_view text, std::string_view what, const JsonLimits& limits = {});

/// One line, no spaces. Only for documents that came through parse_bounded or were built here: depth is bounded.
std::string dump(const Json& json);

/// Members of an object. A missing or null member is nullopt; a wrong type is InvalidArgument "invalid_field".
Result<std::optional<std::string>> optional_text(const Json& object, std::string_view member);
Result<std::optional<std::int64_t>> optional_integer(const Json& object, std::string_view member, std::int64_t min,
                                                     std::int64_t max);
Result<std::optional<bool>> optional_bool(const Json& object, std::string_view member);
/// The same, and missing or empty is an error too.
Result<std::string> required_text(const Json& object, std::string_view member);

Error invalid_field(std::string_view member, std::string_view expected, std::string_view found);
/// "an object", "a string", "null" ...: for messages.
std::string kind_of(const Json& json);

}  // namespace platos::model
