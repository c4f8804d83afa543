#include "cli/chat.hpp"

#include <cstdio>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/task_set.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/exit_codes.hpp"
#include "cli/interrupts.hpp"
#include "cli/line_editor.hpp"
#include "cli/output.hpp"
#include "cli/terminal.hpp"
#include "cli/turn_view.hpp"

namespace platos::cli {
namespace {

constexpr const char* kPromptHelp =
    "/new   begin a new thread\n"
    "/quit  leave (as do Ctrl-D, and Ctrl-C at the prompt)\n"
    "/help  this list\n"
    "Ctrl-C during an answer stops it; a second one leaves without waiting.\n";

class Chat {
 public:
  Chat(Interrupts& interrupts, Address address, ChatOptions options, bool json)
      : interrupts_(interrupts), connection_(std::move(address)), options_(std::move(options)), json_(json) {}

  int one_turn(const std::string& message);
  int converse();

 private:
  bool obey(const std::string& line);

  Interrupts& interrupts_;
  Connection connection_;
  ChatOptions options_;
  bool json_;
  bool gave_up_ = false;
  bool leaving_ = false;
};

int Chat::one_turn(const std::string& message) {
  ViewOptions view_options;
  view_options.terminal = find_terminal();
  view_options.thinking = options_.thinking;
  view_options.quiet = json_;
  TurnView view(view_options);
  TurnStream stream(connection_, view);
  interrupts_.watch(connection_.loop(), [&stream] { stream.interrupt(); });
  TurnRequest turn;
  turn.agent = options_.agent;
  turn.thread_id = options_.thread_id;
  turn.message = message;
  if (turn.agent.empty() && turn.thread_id.empty()) turn.agent = "hello";
  const auto outcome = base::run_to_end(connection_.loop(), stream.submit(std::move(turn)));
  interrupts_.unwatch(connection_.loop());
  view.finish();
  if (!view.thread_id().empty()) options_.thread_id = view.thread_id();
  if (!outcome) {
    gave_up_ = outcome.error().kind == ErrorKind::Cancelled;
    return report(outcome.error());
  }
  if (json_) print_json(view.summary());
  if (view.failed()) {
    Error error;
    error.message = view.error_message();
    return report(error);
  }
  return view.stopped() ? kExitFailed : kExitOk;
}

/// True when the line was a command of the prompt.
bool Chat::obey(const std::string& line) {
  if (!line.starts_with('/')) return false;
  if (line == "/quit" || line == "/exit") {
    leaving_ = true;
  } else if (line == "/new") {
    options_.thread_id.clear();
    std::puts("[a new thread]");
  } else {
    if (line != "/help") std::printf("there is no %s here\n", safe_line(line).c_str());
    std::fputs(kPromptHelp, stdout);
  }
  std::fflush(stdout);
  return true;
}

int Chat::converse() {
  LineEditor editor(interrupts_, default_history_path());
  int code = kExitOk;
  while (!leaving_ && !gave_up_) {
    const auto line = editor.read_line();
    if (!line) {
      std::puts("");
      break;
    }
    if (line->empty()) continue;
    editor.remember(*line);
    if (obey(*line)) continue;
    code = one_turn(*line);
    // A conversation goes on after most errors; without a server or a key there is none.
    if (code == kExitUnavailable || code == kExitDenied) return code;
  }
  return gave_up_ ? code : kExitOk;
}

Result<std::string> message_from_stdin() {
  std::string text((std::istreambuf_iterator<char>(std::cin)), std::istreambuf_iterator<char>());
  text = std::string(base::trim(text));
  if (text.empty()) {
    return fail(ErrorKind::InvalidArgument, kUsageError,
                "standard input holds no message; give one with --message TEXT, or run \"platos chat\" in a terminal");
  }
  return text;
}

}  // namespace

int chat(const Globals& globals, ChatOptions options) {
  const Terminal terminal = find_terminal();
  auto address = find_address(globals);
  if (!address) return report(address.error());
  if (!options.message && !terminal.in) {
    auto message = message_from_stdin();
    if (!message) return report(message.error());
    options.message = std::move(*message);
  }
  const bool interactive = !options.message;
  if (interactive && globals.json) {
    return report({ErrorKind::InvalidArgument, kUsageError, "--json needs --message TEXT", false, 0, {}});
  }
  Interrupts interrupts;
  const std::string message = options.message.value_or("");
  Chat session(interrupts, std::move(*address), std::move(options), globals.json);
  return interactive ? session.converse() : session.one_turn(message);
}

void define_chat(const Commands& commands) {
  auto options = std::make_shared<ChatOptions>();
  auto* command = add_command(
      commands.app, "chat",
      "Talk to an agent. With --message, or when standard input is not a terminal, one message is sent and the answer "
      "streamed to standard output; else a prompt reads message after message into one thread, with editing and a "
      "history. Tool calls are shown as lines in brackets. Ctrl-C stops the answer that is under way. An answer that "
      "is cut off by a lost connection is resumed.",
      "platos chat --message \"What is Platos?\"");
  command->add_option("--agent", options->agent, "Id or slug of the agent (default: hello, or the agent of --thread)");
  command->add_option("--thread", options->thread_id, "Go on with this thread (default: a new one)");
  command->add_option("--message", options->message, "The message; the answer is printed, and the program ends");
  command->add_flag("--thinking", options->thinking, "Show what the model thinks before it answers");
  command->callback([commands, options] {
    commands.action = [&globals = commands.globals, options] { return chat(globals, *options); };
  });
}

}  // namespace platos::cli
