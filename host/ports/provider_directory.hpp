// The model providers of this installation, and how a tenant's own keys and addresses take the place of the operator's.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "ports/chat_provider.hpp"

namespace platos::ports {

/// What a tenant gives for an instance. A value; holds secrets while it lives.
struct ProviderLink {
  std::map<std::string, std::string, std::less<>> secrets;  ///< by slot
  std::string base_url;                                     ///< empty: the instance's own
};

/// An instance of a provider plugin as its instance file describes it.
struct ProviderDescription {
  std::string instance;
  std::string title;
  std::string description;
  std::map<std::string, std::string, std::less<>> secrets;  ///< slot -> name of the variable that holds it
  std::string base_url_variable;                            ///< empty: its address cannot be changed by a variable
  bool needs_base_url = false;                              ///< there is no address without that variable
  std::vector<std::string> models;                          ///< that the instance names
  bool usable = false;  ///< with what the operator bound; otherwise a link may make it so
  std::string problem;  ///< why it is not usable; empty: it is, or only keys are missing
};

/// Internally synchronised.
class ProviderDirectory {
 public:
  virtual ~ProviderDirectory() = default;
  /// Every enabled provider instance, by name.
  virtual std::vector<ProviderDescription> providers() const = 0;
  /// The instance with a tenant's keys, and none of the operator's. Its URLs under the tenant's address pass the guard
  /// against server-side request forgery. NotFound "unknown_instance"; FailedPrecondition "plugin_failed" and the like.
  virtual Result<std::shared_ptr<ChatProvider>> linked_provider(std::string_view instance,
                                                                const ProviderLink& link) const = 0;
};

}  // namespace platos::ports
