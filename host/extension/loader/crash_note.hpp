// Leaves a note when the process ends from inside while something risky is under way.
#pragma once

#include <string>
#include <string_view>

namespace platos::extension {

/// One at a time in a process; set-up is single-threaded. Killed from outside (SIGKILL, power) no note is left: that is
/// how the two are told apart.
class CrashNote {
 public:
  static constexpr std::string_view kMark = "ended from inside\n";

  /// Writes `text` to `path`; until disarm() a fatal signal or exit() adds kMark to it.
  static void arm(const std::string& path, const std::string& text);
  static void disarm();
};

}  // namespace platos::extension
