// A new configuration for the running daemon: made and checked as a whole before any of it holds.
#pragma once

#include <memory>
#include <string>

#include "config/loader.hpp"
#include "ingress/tls.hpp"

namespace platos::daemon {

/// A value.
struct Reload {
  config::Settings settings;                                 ///< what runs, with what a reload may change
  std::shared_ptr<const ingress::TlsContext> tls = nullptr;  ///< read anew, also when its path is the same
  std::string changed = {};                                  ///< keys with commas between
  std::string needs_restart = {};                            ///< keys that differ, too, and stay as they were
};

/// Reads the sources again. Blocks. The error says what is wrong with them; then everything stays as it was.
Result<Reload> prepare_reload(const config::Sources& sources, const config::Settings& running);

}  // namespace platos::daemon
