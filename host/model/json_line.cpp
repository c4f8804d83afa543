#include "model/json_line.hpp"

#include <simdjson.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

namespace platos::model {
namespace {

// Each thread keeps a parser's memory, some ten times this; longer texts go the slow way.
constexpr std::size_t kMostQuickBytes = 64 * 1024;

/// Goes through a parsed text, and stops at what parse_bounded would refuse or read in another way.
class Look {
 public:
  explicit Look(const JsonLimits& limits) : limits_(limits) {}

  bool passes(simdjson::dom::element value, int depth) {
    if (++nodes_ > limits_.max_nodes) return false;
    simdjson::dom::object object;
    if (value.get(object) == simdjson::SUCCESS) return depth < limits_.max_depth && passes_object(object, depth);
    simdjson::dom::array array;
    if (value.get(array) != simdjson::SUCCESS) return true;
    if (depth >= limits_.max_depth) return false;
    return std::all_of(array.begin(), array.end(), [&](auto each) { return passes(each, depth + 1); });
  }

 private:
  bool passes_object(simdjson::dom::object object, int depth) {
    std::vector<std::string_view> names;
    for (const auto& member : object) {
      names.push_back(member.key);
      if (!passes(member.value, depth + 1)) return false;
    }
    std::sort(names.begin(), names.end());
    return std::adjacent_find(names.begin(), names.end()) == names.end();
  }

  const JsonLimits& limits_;
  std::size_t nodes_ = 0;
};

// A line end can only stand between values: inside a string it would be escaped. Escaped characters go the slow way:
// simdjson takes half of a surrogate pair, which others refuse.
bool is_good_line(std::string_view text, const JsonLimits& limits) {
  const auto holds = [text](auto part) { return text.find(part) != std::string_view::npos; };
  if (text.size() > std::min(kMostQuickBytes, limits.max_bytes) || text.starts_with("\xEF\xBB\xBF")) return false;
  if (holds('\n') || holds('\r') || holds('\0') || holds("\\u")) return false;
  thread_local simdjson::dom::parser parser(kMostQuickBytes);
  simdjson::dom::element root;
  return parser.parse(text.data(), text.size()).get(root) == simdjson::SUCCESS && Look(limits).passes(root, 0);
}

}  // namespace

Result<std::string> one_line(std::string_view text, std::string_view what, const JsonLimits& limits) {
  if (is_good_line(text, limits)) return std::string(text);
  const auto parsed = parse_bounded(text, what, limits);
  if (!parsed) return fail(parsed.error());
  return dump(*parsed);
}

}  // namespace platos::model
