// Reads lines from a terminal, with editing and a history that outlives the program (libedit).
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/interrupts.hpp"

namespace platos::cli {

/// ${XDG_STATE_HOME:-~/.local/state}/platos/chat_history
std::string default_history_path();

/// Bound to the thread that made it; one per terminal.
class LineEditor {
 public:
  /// The file is made with mode 0600. One that cannot be written is done without.
  LineEditor(Interrupts& interrupts, std::string history_path);
  ~LineEditor();
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;

  /// Without the newline. Nullopt: Ctrl-C, Ctrl-D, or the terminal is gone.
  std::optional<std::string> read_line();
  /// Appends a line to the history and saves it.
  void remember(const std::string& line);

 private:
  struct Handles;
  void save() const;

  std::string history_path_;
  std::unique_ptr<Handles> handles_;
};

}  // namespace platos::cli
