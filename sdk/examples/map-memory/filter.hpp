// Filters over the top-level members of metadata, read without a library.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace map_memory {

using Parts = std::vector<std::pair<std::string, std::string>>;

/// The members of an object, or the items of an array, as they are written: {"a": [1, 2]} has "a" with [1,2].
inline Parts parts_of(std::string_view json) {
  Parts out;
  std::string name, part;
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (c == '"') quoted = !quoted;
    if (quoted || c == '"') {
      part += c;
      if (c == '\\' && i + 1 < json.size()) part += json[++i];
      continue;
    }
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') continue;
    if (c == '}' || c == ']') --depth;
    if (depth == 0 || (depth == 1 && c == ',')) {
      if (!part.empty()) out.emplace_back(std::exchange(name, {}), std::exchange(part, {}));
    } else if (depth == 1 && c == ':') {
      name = std::exchange(part, {});
    } else {
      part += c;
    }
    if (c == '{' || c == '[') ++depth;
  }
  return out;
}

/// Whether all members of a filter hold for metadata.
inline bool matches(const Parts& filter, std::string_view metadata_json) {
  const Parts metadata = parts_of(metadata_json);
  return std::all_of(filter.begin(), filter.end(), [&](const auto& wanted) {
    const auto found = std::find_if(metadata.begin(), metadata.end(),
                                    [&](const auto& member) { return member.first == wanted.first; });
    if (found == metadata.end() || wanted.second == "null") return found == metadata.end() && wanted.second == "null";
    if (wanted.second.front() != '[') return wanted.second == found->second;
    const Parts one_of = parts_of(wanted.second);
    return std::any_of(one_of.begin(), one_of.end(), [&](const auto& item) { return item.second == found->second; });
  });
}

}  // namespace map_memory
