#include "load/options.hpp"

#include <charconv>
#include <fstream>
#include <functional>
#include <map>
#include <stdexcept>

namespace platos::bench {
namespace {

constexpr std::int64_t kMaxClients = 20'000;
constexpr std::int64_t kMaxSeconds = 600;
constexpr std::int64_t kMaxTurns = 100'000'000;

[[noreturn]] void refuse(const std::string& flag, const std::string& expected) {
  throw std::invalid_argument(flag + ": " + expected);
}

std::int64_t whole_number(const std::string& flag, std::string_view text, std::int64_t min, std::int64_t max) {
  std::int64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || number < min || number > max)
    refuse(flag, "a whole number from " + std::to_string(min) + " to " + std::to_string(max) + " is needed");
  return number;
}

// The generator loads a machine as hard as it can: it must not be able to reach another one.
std::uint16_t loopback_port(const std::string& flag, std::string_view url) {
  for (const std::string_view start : {"http://127.0.0.1:", "http://localhost:"}) {
    if (!url.starts_with(start)) continue;
    const std::string_view rest = url.substr(start.size());
    return static_cast<std::uint16_t>(whole_number(flag, rest.substr(0, rest.find('/')), 1, 65'535));
  }
  refuse(flag, "only http://127.0.0.1:PORT is loaded");
}

std::string first_line(const std::string& flag, const std::string& path) {
  std::ifstream file(path);
  std::string line;
  if (!std::getline(file, line) || line.empty()) refuse(flag, "cannot read a key from " + path);
  return line;
}

std::vector<int> process_ids(const std::string& flag, std::string_view list) {
  std::vector<int> pids;
  for (;;) {
    const auto comma = list.find(',');
    pids.push_back(static_cast<int>(whole_number(flag, list.substr(0, comma), 1, INT32_MAX)));
    if (comma == std::string_view::npos) return pids;
    list.remove_prefix(comma + 1);
  }
}

using Setter = std::function<void(Options&, const std::string& flag, const std::string& value)>;

Setter text(std::string Options::*member) {
  return [member](Options& options, const std::string&, const std::string& value) { options.*member = value; };
}

template <typename Number>
Setter number(Number Options::*member, std::int64_t min, std::int64_t max) {
  return [=](Options& options, const std::string& flag, const std::string& value) {
    options.*member = static_cast<Number>(whole_number(flag, value, min, max));
  };
}

const std::map<std::string, Setter>& setters() {
  static const std::map<std::string, Setter> all = {
      {"--url", [](Options& options, const std::string& flag,
                   const std::string& value) { options.port = loopback_port(flag, value); }},
      {"--name", text(&Options::name)},
      {"--model", text(&Options::model)},
      {"--agent", text(&Options::agent)},
      {"--key-file", [](Options& options, const std::string& flag,
                        const std::string& value) { options.key = first_line(flag, value); }},
      {"--clients", number(&Options::clients, 1, kMaxClients)},
      {"--seconds", number(&Options::seconds, 1, kMaxSeconds)},
      {"--turns", number(&Options::turns, 1, kMaxTurns)},
      {"--turns-per-thread", number(&Options::turns_per_thread, 1, 1'000)},
      {"--tokens", number(&Options::tokens, 0, 1'000'000)},
      {"--spread-ms", number(&Options::spread_ms, 0, 60'000)},
      {"--turn-timeout-ms", number(&Options::turn_timeout_ms, 1, kMaxSeconds * 1'000)},
      {"--pid", [](Options& options, const std::string& flag,
                   const std::string& value) { options.pids = process_ids(flag, value); }},
  };
  return all;
}

void check(const Options& options) {
  if (options.port == 0) refuse("--url", "is needed");
  if (options.wire == Wire::Vendor && options.model.empty()) refuse("--model", "is needed");
  if (options.wire == Wire::Platos && options.agent.empty()) refuse("--agent", "is needed");
  if (options.wire == Wire::Platos && options.key.empty()) refuse("--key-file", "is needed");
  // Both stand in a request line or in JSON as they are.
  for (const char c : options.model + options.agent) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    if (!plain) refuse("--model, --agent", "only letters, digits, '-' and '_'");
  }
}

}  // namespace

const char* help_text() {
  return R"(platos_bench_load direct|platos [flags]: closed-loop load of streamed turns, one JSON line when it is over.

  direct                POST /v1/chat/completions to the mock vendor
  platos                POST /api/v1/agent/agents/{id}/chat/stream to platosd, then threads/{id}/stream

  --url URL             http://127.0.0.1:PORT; no other host
  --model NAME          direct: the model, which sets the mock's behaviour
  --agent ID            platos: the agent
  --key-file FILE       platos: its first line is the key (admin.key of the data directory)
  --clients N           how many clients, each with one connection (1)
  --seconds N           ends after this time at the latest (10, at most 600)
  --turns N             ends after this many turns (no limit)
  --turns-per-thread N  platos: then a client starts a new thread (4)
  --tokens N            stamped tokens of a good turn; 0: any number (16)
  --hold                every client makes one turn, so all streams are open at once
  --spread-ms N         the clients start spread over this time (0)
  --turn-timeout-ms N   a longer turn is an error (60000)
  --pid PID[,PID]       processes to measure, with their descendants
  --name TEXT           repeated in the report

ttft: request sent to first token. turn: request sent to the end of the answer. late: token made by the mock to token
read here, of every token. cpu_ms_per_turn: of the measured processes, over good turns. kib_per_stream: growth of their
resident memory from before the start to the highest value seen, over the clients.
)";
}

Options parse_options(const std::vector<std::string>& arguments) {
  Options options;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& flag = arguments[i];
    if (flag == "--help") {
      options.help = true;
      return options;
    }
    if (i == 0 && (flag == "direct" || flag == "platos")) {
      options.wire = flag == "direct" ? Wire::Vendor : Wire::Platos;
      continue;
    }
    if (flag == "--hold") {
      options.hold = true;
      continue;
    }
    const auto setter = setters().find(flag);
    if (setter == setters().end()) refuse(flag, "unknown; see --help");
    if (++i == arguments.size()) refuse(flag, "needs a value");
    setter->second(options, flag, arguments[i]);
  }
  if (options.wire == Wire::Unspecified) throw std::invalid_argument("the first word must be direct or platos");
  check(options);
  return options;
}

}  // namespace platos::bench
