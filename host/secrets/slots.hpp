// Secret slots: the names that a plugin may write, and the values that an instance binds to them.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "ports/chat_provider.hpp"
#include "secrets/secret.hpp"

namespace platos::secrets {

/// The slots of one instance. Immutable after bind(); then any thread may read.
class SlotTable final : public ports::SecretSource {
 public:
  /// `slots`: what the manifest asks for and the operator granted.
  explicit SlotTable(std::vector<std::string> slots);

  /// Binds a slot to "env:NAME", the variable's value; when the variable is empty the slot is unbound. "env:NAME?" is
  /// for a secret that the instance can do without: then the slot is as if it had not been bound.
  /// InvalidArgument "unknown_slot" or "invalid_binding" name the slot.
  Result<void> bind(const std::string& slot, const std::string& binding);

  /// Gives a slot its value; one that there is not stays away.
  void put(std::string_view slot, Secret value);

  bool empty() const { return slots_.empty(); }
  /// Slots that were bound and have no value, in order.
  std::vector<std::string> unbound() const;
  const Secret* find(std::string_view slot) const;
  /// Every bound value: for the logger, which must hide them.
  std::vector<std::string_view> values() const;

  Result<std::string> fill_in(std::string_view text) const override;
  bool appears_in(std::string_view text) const;
  /// `text` with every bound value replaced by "[redacted]": what a plugin may see of an upstream's answer.
  std::string strip(std::string_view text) const;

 private:
  struct Slot {
    bool bound = false;
    std::optional<Secret> value;
  };
  std::map<std::string, Slot, std::less<>> slots_;
};

}  // namespace platos::secrets
