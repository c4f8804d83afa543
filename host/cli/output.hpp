// Prints what a command found: for people, or as one JSON document.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "cli/table.hpp"

namespace platos::cli {

using Json = nlohmann::json;

/// Also characters that JSON allows and a terminal obeys are escaped.
std::string json_text(const Json& json, int indent = 2);
void print_json(const Json& json);
void print_table(const Table& table);
void print_fields(const Fields& fields);

/// "platos: <message>" on stderr; the exit code.
int report(const Error& error);

/// The member as text for a person: "" when it is missing or null, numbers and lists written out.
std::string text_of(const Json& object, std::string_view member);
/// The same, shortened.
std::string time_of(const Json& object, std::string_view member);

/// Says on stderr that a list goes on.
void note_rest(std::size_t shown, const Json& page);

}  // namespace platos::cli
