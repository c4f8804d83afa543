// Governors that are made to be tried, beside those that govern.
#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "ports/governor.hpp"

namespace platos::ports {

/// Internally synchronised. Implemented by `extension` and tests.
class GovernorTrials {
 public:
  virtual ~GovernorTrials() = default;

  /// A further instance of the governor of a plugin, with another configuration. Nothing asks it but the caller. It
  /// reads `clock` for the time, and has no secrets and no services of the host. It may take as long as it wants and is
  /// not watched: call it, and this, on a worker and never on a loop; one thread at a time.
  ///
  /// InvalidArgument "governor_config_invalid": what the plugin, or its schema, says against the configuration.
  /// NotFound "plugin_not_found"; FailedPrecondition "plugin_failed".
  virtual Result<std::shared_ptr<Governor>> make_governor(const std::string& plugin, const std::string& config_json,
                                                          std::shared_ptr<const base::Clock> clock) = 0;
};

}  // namespace platos::ports
