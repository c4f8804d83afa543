// Reading JSON that someone else wrote: valid, an object, not too deep, or an error that says what is wrong.
// Pure functions; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace platos::plugin_common {

/// The object that `json_text` holds. `what` begins the error text, such as "arguments of search".
/// Throws Error(PLATOS_INVALID_ARGUMENT) when the text is not JSON, not an object, or nests deeper than `depth_limit`.
nlohmann::json parse_object(std::string_view json_text, std::string_view what, int depth_limit);

/// The same for text that is megabytes long: calls `poll` about every 64 KiB, which throws to give up.
nlohmann::json parse_object(std::string_view json_text, std::string_view what, int depth_limit,
                            const std::function<void()>& poll);

/// A value for an error text, never longer than a line: "a string of 3 characters", "the number 12", "an array".
std::string describe(const nlohmann::json& value);

/// A member name for an error text: in quotes, cut after 40 characters.
std::string in_quotes(std::string_view name);

/// The integer that `value` is. Refuses another value and one outside of `least` to `most`.
std::int64_t integer_between(std::string_view what, const nlohmann::json& value, std::int64_t least, std::int64_t most);

/// Throws the Error(PLATOS_INVALID_ARGUMENT) "<what>: expected <expected>, found <found>".
[[noreturn]] void refuse(std::string_view what, std::string_view expected, std::string_view found);

}  // namespace platos::plugin_common
