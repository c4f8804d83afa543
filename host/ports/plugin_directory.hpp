// From instance names to ports: how the rest of the host finds what plugins offer.
#pragma once

#include <memory>
#include <string_view>

#include "ports/chat_provider.hpp"
#include "ports/tool_source.hpp"

namespace platos::ports {

/// Internally synchronised. A pointer stays valid as long as it is held, also when the instance is replaced meanwhile.
class PluginDirectory {
 public:
  virtual ~PluginDirectory() = default;

  /// NotFound "unknown_instance", or FailedPrecondition with the state and its reason ("secret_unbound",
  /// "plugin_quarantined", "plugin_failed", "instance_disabled").
  virtual Result<std::shared_ptr<ChatProvider>> provider(std::string_view instance) const = 0;
  virtual Result<std::shared_ptr<ToolSource>> skill(std::string_view instance) const = 0;
};

}  // namespace platos::ports
