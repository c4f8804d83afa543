// What a model name asks for: "mock-d50-r20-n8" is a wait of 50 ms, then 8 tokens at 20 a second.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace platos::tests::mock {

/// A request that the vendor refuses. Never leaves the mock: it becomes an answer with that status.
class RefusedRequest : public std::runtime_error {
 public:
  RefusedRequest(int status, std::string code, const std::string& message)
      : std::runtime_error(message), status_(status), code_(std::move(code)) {}
  int status() const { return status_; }
  const std::string& code() const { return code_; }

 private:
  int status_;
  std::string code_;
};

enum class ToolUse { Unspecified, Never, UntilResult, Always };
enum class ToolArguments { Unspecified, Query, NotJson, Array };
enum class BodyKind { Unspecified, Chat, Garbage, Html };
enum class UsageKind { Unspecified, Once, Never, Twice };

/// A plain value. Positions count tokens.
struct Behaviour {
  static constexpr std::int64_t kEndless = std::numeric_limits<std::int64_t>::max();

  std::int64_t delay_ms = 0;
  bool late_head = false;
  std::int64_t tokens_per_second = 0;  ///< 0: all at once.
  std::int64_t tokens = 16;            ///< kEndless: for ever.
  bool echo = false;
  std::int64_t big_kib = 0;  ///< Size of the first token. 0: as the others.
  bool half_utf8 = false;

  ToolUse tool_use = ToolUse::Never;
  std::int64_t tool_calls = 1;
  ToolArguments tool_arguments = ToolArguments::Query;
  bool unknown_tool = false;
  bool tool_by_message = false;  ///< The call that the last user message spells out as JSON, if it does.

  int status = 200;
  std::optional<std::int64_t> retry_after_s;
  BodyKind body = BodyKind::Chat;
  UsageKind usage = UsageKind::Once;
  bool refuse = false;
  bool hang = false;  ///< Before the head of the answer.
  std::optional<std::int64_t> hang_after;
  std::optional<std::int64_t> cut_after;

  std::optional<std::int64_t> failing_requests;  ///< None: all of them.
};

enum class Failures { Unspecified, On, Off };

/// With Failures::Off, words that make the request fail are checked but have no effect. Throws RefusedRequest.
Behaviour parse_behaviour(std::string_view model, Failures failures);

}  // namespace platos::tests::mock
