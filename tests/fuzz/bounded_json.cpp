// What parses, dumps and parses again to the same; what does not, is not JSON or is over a limit.
#include <nlohmann/json.hpp>

#include "base/json_text.hpp"
#include "fuzz/clean_error.hpp"
#include "model/json.hpp"

using namespace platos;
using fuzz::require;
using model::Json;

namespace {

constexpr model::JsonLimits kSmall = {.max_bytes = 2048, .max_depth = 8, .max_nodes = 64};

int depth_of(const Json& json) {
  int deepest = 0;
  if (json.is_structured()) {
    for (const Json& item : json) deepest = std::max(deepest, depth_of(item));
    ++deepest;
  }
  return deepest;
}

std::size_t nodes_of(const Json& json) {
  std::size_t nodes = 1;
  if (json.is_structured()) {
    for (const Json& item : json) nodes += nodes_of(item);
  }
  return nodes;
}

void check_limits(std::string_view input, const model::JsonLimits& limits) {
  const auto json = model::parse_bounded(input, "the input", limits);
  if (!json) {
    fuzz::require_clean(json.error());
    const std::string& message = json.error().message;
    const bool is_one = Json::accept(input) && json.error().code == "json_malformed";
    require(!is_one || input.find('\0') != std::string_view::npos || input.starts_with("\xEF\xBB\xBF") ||
                message.find("a number does not fit") != std::string::npos,
            "JSON is refused for its limits only");
    return;
  }
  require(Json::accept(input), "what parses is JSON");
  require(depth_of(*json) <= limits.max_depth && nodes_of(*json) <= limits.max_nodes, "limits hold");
  const std::string text = model::dump(*json);
  require(text.find('\n') == std::string::npos, "a dump is one line");
  const auto again = model::parse_bounded(text, "the dump", {.max_bytes = 6 * input.size() + 1024});
  require(again.has_value() && *again == *json && model::dump(*again) == text, "a dump parses to the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = fuzz::text_of(data, size);
  check_limits(input, {});
  check_limits(input, kSmall);
  std::string quoted;
  base::append_json_string(quoted, input);
  const auto text = model::parse_bounded(quoted, "the string", {.max_bytes = 6 * input.size() + 1024});
  require(text.has_value() && text->is_string(), "any bytes make a JSON string");
  require(!base::is_valid_utf8(input) || text->get<std::string>() == input, "and text makes the string that says it");
  return 0;
}
