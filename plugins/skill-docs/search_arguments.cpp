#include "search_arguments.hpp"

#include <cmath>

#include "common/bounded_json.hpp"
#include "common/characters.hpp"

namespace platos::skill_docs {
namespace {

using nlohmann::json;
using plugin_common::character_count;
using plugin_common::describe;
using plugin_common::in_quotes;
using plugin_common::refuse;
using plugin_common::trimmed;

constexpr int kDepthLimit = 16;

std::string parse_query(const json& value) {
  const std::string expected = "a string of 1 to " + std::to_string(kQueryCharacterLimit) + " characters";
  const auto bad = [&](std::string_view found) { refuse("argument \"query\" of search", expected, found); };
  if (!value.is_string()) bad(describe(value));
  const auto& query = value.get_ref<const std::string&>();
  if (trimmed(query).empty()) bad(query.empty() ? "an empty string" : "nothing but white space");
  if (character_count(query) > kQueryCharacterLimit) bad(describe(value));
  return query;
}

std::size_t parse_limit(const json& value) {
  // JSON Schema counts 4.0 as an integer; the range is checked before the conversion, which could overflow.
  const double number = value.is_number() ? value.get<double>() : 0;
  if (number < 1 || number > kHighestLimit || std::floor(number) != number) {
    refuse("argument \"limit\" of search", "an integer from 1 to " + std::to_string(kHighestLimit), describe(value));
  }
  return static_cast<std::size_t>(number);
}

}  // namespace

SearchArguments parse_search_arguments(std::string_view args_json) {
  const json object = plugin_common::parse_object(args_json, "arguments of search", kDepthLimit);
  for (const auto& member : object.items()) {
    if (member.key() != "query" && member.key() != "limit") {
      refuse("arguments of search", "only \"query\" and \"limit\"", in_quotes(member.key()));
    }
  }
  SearchArguments arguments;
  const auto query = object.find("query");
  if (query == object.end()) refuse("arguments of search", "the member \"query\"", "none");
  arguments.query = parse_query(*query);
  if (const auto limit = object.find("limit"); limit != object.end()) arguments.limit = parse_limit(*limit);
  return arguments;
}

}  // namespace platos::skill_docs
