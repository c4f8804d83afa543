// Marker files that outlive the process: a plugin that is being loaded, a plugin that is quarantined.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"

namespace platos::extension {

/// Files under <data-dir>/plugin-state/. Internally synchronised by the file system; each write is on disk when it
/// returns.
class Markers {
 public:
  Markers(std::string data_dir, const base::Clock& clock);

  void begin_loading(const std::string& plugin_id);
  void end_loading(const std::string& plugin_id);
  /// Plugins whose loading a former process did not survive become quarantined.
  void adopt_crashed_loads();

  void quarantine(const std::string& plugin_id, const std::string& reason);
  /// The reason, and how to lift it.
  std::optional<std::string> quarantined(const std::string& plugin_id) const;

  /// Notes a restart by the watchdog; the number of them in the last ten minutes, this one included.
  int note_restart();

 private:
  std::string loading_path(const std::string& plugin_id) const;
  std::string quarantine_path(const std::string& plugin_id) const;

  std::string folder_;
  const base::Clock& clock_;
};

}  // namespace platos::extension
