// Marker files that outlive the process: a plugin that is being loaded, a plugin that is quarantined.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/clock.hpp"

namespace platos::extension {

/// Files under <data-dir>/plugin-state/. Internally synchronised by the file system. Quarantines and restarts are on
/// disk when the call returns; what is noted of a loading outlives the process, not the machine.
class Markers {
 public:
  Markers(std::string data_dir, const base::Clock& clock);

  /// Between the two a fatal signal, or an end of the process from inside, is noted beside the plugin's name.
  void begin_loading(const std::string& plugin_id);
  void end_loading(const std::string& plugin_id);
  /// Plugins that ended a former process while they were loaded become quarantined. One during whose loading the
  /// process was killed from outside is not to blame; it is after the third time in a row.
  void adopt_crashed_loads();

  void quarantine(const std::string& plugin_id, const std::string& reason);
  /// The reason, and how to lift it.
  std::optional<std::string> quarantined(const std::string& plugin_id) const;

  /// Notes a restart by the watchdog; the number of them in the last ten minutes, this one included.
  int note_restart();

 private:
  int loading_attempts(const std::string& plugin_id) const;
  std::string loading_path(const std::string& plugin_id) const;
  std::string quarantine_path(const std::string& plugin_id) const;

  std::string folder_;
  const base::Clock& clock_;
};

}  // namespace platos::extension
