#include "common/provider/tool_names.hpp"

#include <algorithm>
#include <set>

#include "common/provider/safe_text.hpp"

namespace platos::provider_common {
namespace {

std::string free_name(std::string_view name, const std::set<std::string>& taken) {
  constexpr std::size_t kMaxNameSize = 64;
  const std::string base = with_name_letters(name);
  std::string candidate = base;
  for (int number = 2; taken.count(candidate) != 0; ++number) {
    const std::string suffix = '_' + std::to_string(number);
    candidate = base.substr(0, kMaxNameSize - suffix.size()) + suffix;
  }
  return candidate;
}

}  // namespace

std::string with_name_letters(std::string_view text) {
  std::string replaced(text);
  std::replace_if(
      replaced.begin(), replaced.end(), [](char letter) { return !is_name_letter(letter); }, '_');
  return replaced;
}

ToolNames::ToolNames(const std::vector<std::string_view>& names) {
  std::set<std::string> taken;
  for (const std::string_view name : names) {
    if (std::all_of(name.begin(), name.end(), is_name_letter)) taken.emplace(name);
  }
  for (const std::string_view name : names) {
    if (taken.count(std::string(name)) != 0) continue;
    const std::string chosen = free_name(name, taken);
    taken.insert(chosen);
    renamed_.emplace_back(name, chosen);
  }
}

std::string ToolNames::wire_name(std::string_view name) const {
  const auto found =
      std::find_if(renamed_.begin(), renamed_.end(), [&](const auto& pair) { return pair.first == name; });
  return found == renamed_.end() ? with_name_letters(name) : found->second;
}

std::string_view ToolNames::own_name(std::string_view wire_name) const {
  const auto found =
      std::find_if(renamed_.begin(), renamed_.end(), [&](const auto& pair) { return pair.second == wire_name; });
  return found == renamed_.end() ? wire_name : std::string_view(found->first);
}

}  // namespace platos::provider_common
