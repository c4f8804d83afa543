#include "secrets/slots.hpp"

#include <algorithm>
#include <cstdlib>

#include "base/environment.hpp"
#include "base/text.hpp"

namespace platos::secrets {
namespace {
constexpr std::string_view kOpen = "{{secret:";
constexpr std::string_view kClose = "}}";
constexpr std::string_view kEnvironment = "env:";
}  // namespace

SlotTable::SlotTable(std::vector<std::string> slots) {
  for (auto& slot : slots) slots_.emplace(std::move(slot), Slot{});
}

Result<void> SlotTable::bind(const std::string& slot, const std::string& binding) {
  const auto found = slots_.find(slot);
  if (found == slots_.end()) {
    return fail(ErrorKind::InvalidArgument, "unknown_slot",
                "secrets." + slot + ": the plugin's manifest asks for no such slot, or no grant covers it");
  }
  if (!binding.starts_with(kEnvironment) || binding.size() == kEnvironment.size()) {
    return fail(ErrorKind::InvalidArgument, "invalid_binding",
                "secrets." + slot + ": expected \"env:NAME\"; secrets never stand in a file of instances");
  }
  const bool optional = binding.ends_with('?');
  const auto value = base::environment_variable(
      std::string_view(binding).substr(kEnvironment.size(), binding.size() - kEnvironment.size() - (optional ? 1 : 0)));
  found->second.bound = !optional || (value && !value->empty());
  if (value && !value->empty()) found->second.value.emplace(*value);
  return {};
}

void SlotTable::put(std::string_view slot, Secret value) {
  const auto found = slots_.find(slot);
  if (found == slots_.end() || value.empty()) return;
  found->second.bound = true;
  found->second.value.emplace(std::move(value));
}

std::vector<std::string> SlotTable::unbound() const {
  std::vector<std::string> names;
  for (const auto& [name, slot] : slots_) {
    if (slot.bound && !slot.value) names.push_back(name);
  }
  return names;
}

const Secret* SlotTable::find(std::string_view slot) const {
  const auto found = slots_.find(slot);
  return found == slots_.end() || !found->second.value ? nullptr : &*found->second.value;
}

std::vector<std::string_view> SlotTable::values() const {
  std::vector<std::string_view> views;
  for (const auto& [name, slot] : slots_) {
    if (slot.value) views.push_back(slot.value->view());
  }
  // Longest first: one value may be the beginning of another.
  std::sort(views.begin(), views.end(),
            [](std::string_view left, std::string_view right) { return left.size() > right.size(); });
  return views;
}

Result<std::string> SlotTable::fill_in(std::string_view text) const {
  std::string filled;
  for (;;) {
    const auto open = text.find(kOpen);
    filled += text.substr(0, open);
    if (open == std::string_view::npos) return filled;
    text.remove_prefix(open + kOpen.size());
    const auto close = text.find(kClose);
    const std::string_view slot = text.substr(0, close);
    const Secret* secret = close == std::string_view::npos ? nullptr : find(slot);
    if (secret == nullptr) {
      return fail(ErrorKind::FailedPrecondition, "secret_unbound",
                  "secret slot \"" + std::string(slot.substr(0, 64)) + "\" has no value; bind it in the instance file");
    }
    filled += secret->view();
    text.remove_prefix(close + kClose.size());
  }
}

bool SlotTable::appears_in(std::string_view text) const {
  for (const auto& [name, slot] : slots_) {
    if (slot.value && text.find(slot.value->view()) != std::string_view::npos) return true;
  }
  return false;
}

std::string SlotTable::strip(std::string_view text) const {
  std::string stripped(text);
  for (const auto secret : values()) base::redact(stripped, secret);
  return stripped;
}

}  // namespace platos::secrets
