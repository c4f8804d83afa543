// Shows a turn to a person while it runs, and keeps what remains of it.
#pragma once

#include <cstdint>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "cli/terminal.hpp"
#include "cli/turn_stream.hpp"

namespace platos::cli {

struct ViewOptions {
  Terminal terminal;
  bool thinking = false;  ///< show what the model thinks
  bool quiet = false;     ///< show nothing: the answer is printed as JSON afterwards
};

/// The answer goes to stdout as it comes. Tool calls and notes are dim lines: on stdout when that is a terminal, else
/// on stderr, so that a file gets the answer alone. One per turn.
class TurnView final : public TurnListener {
 public:
  explicit TurnView(ViewOptions options) : options_(options) {}

  void on_event(const Json& event) override;
  void on_connection_lost() override;
  /// Ends the last line.
  void finish();

  const std::string& thread_id() const { return thread_id_; }
  bool failed() const { return !error_message_.empty(); }
  bool stopped() const { return stopped_; }
  const std::string& error_message() const { return error_message_; }
  /// {runId, threadId, agentId, status, text, error?}: text without what a retry made void.
  Json summary() const;

 private:
  void show_text(const Json& event);
  void show_thinking(const Json& event);
  void show_call(const Json& event);
  void show_result(const Json& event);
  void show_boundary(const Json& event);
  void note(const std::string& line);
  void write(const std::string& text);
  void new_line();

  ViewOptions options_;
  SafeText safe_;
  SafeText safe_thinking_;
  bool in_line_ = false;      // stdout stands inside a line
  bool in_thinking_ = false;  // the line is a thought
  std::string thread_id_;
  std::string run_id_;
  std::string agent_id_;
  std::string error_code_;
  std::string error_message_;
  bool stopped_ = false;
  std::vector<std::pair<std::int64_t, std::string>> pieces_;  // seq and text
};

}  // namespace platos::cli
