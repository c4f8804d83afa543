// From instance names to ports: how the rest of the host finds what plugins offer.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ports/chat_provider.hpp"
#include "ports/embedder.hpp"
#include "ports/governor.hpp"
#include "ports/memory_store.hpp"
#include "ports/observer.hpp"
#include "ports/tool_source.hpp"

namespace platos::ports {

/// A governor that the operator configured. It governs also when it cannot be used: then `governor` is null, and every
/// check that it could have asked for is denied, unless the operator wrote otherwise.
struct ConfiguredGovernor {
  std::string instance;
  std::shared_ptr<Governor> governor;
  std::string failure;  ///< why it cannot be used
};

/// Internally synchronised. A pointer stays valid as long as it is held, also when the instance is replaced meanwhile.
class PluginDirectory {
 public:
  virtual ~PluginDirectory() = default;

  /// NotFound "unknown_instance", or FailedPrecondition with the state and its reason ("secret_unbound",
  /// "plugin_quarantined", "plugin_failed", "instance_disabled").
  virtual Result<std::shared_ptr<ChatProvider>> provider(std::string_view instance) const = 0;
  virtual Result<std::shared_ptr<ToolSource>> skill(std::string_view instance) const = 0;
  virtual Result<std::shared_ptr<Embedder>> embedder(std::string_view instance) const = 0;
  virtual Result<std::shared_ptr<MemoryStore>> memory(std::string_view instance) const = 0;

  /// Every enabled governor instance, by name.
  virtual std::vector<ConfiguredGovernor> governors() const = 0;
  /// Every observer instance that can be used, by name.
  virtual std::vector<std::shared_ptr<Observer>> observers() const = 0;
};

}  // namespace platos::ports
