#include "tools/outcomes.hpp"

#include "base/json_text.hpp"

namespace platos::tools {
namespace {

constexpr std::string_view kRateLimit = "rate_limit";

}  // namespace

model::ToolOutcome failed(const std::string& call_id, std::string code, const std::string& text) {
  model::ToolOutcome outcome;
  outcome.call_id = call_id;
  outcome.is_error = true;
  outcome.code = std::move(code);
  outcome.result_json.clear();
  base::append_json_string(outcome.result_json, text);
  return outcome;
}

model::ToolOutcome outcome_unknown(const model::ToolCall& call, const std::string& why) {
  return failed(call.call_id, "outcome_unknown",
                "It is not known whether this call of " + call.model_name +
                    " had its effect. It will not be made again with these arguments; tell the user." +
                    (why.empty() ? "" : " Reason: " + why));
}

model::ToolOutcome tool_blocked(const model::ToolCall& call) {
  return failed(call.call_id, "tool_blocked",
                call.model_name + " was switched off since this turn began. It was not called; go on without it.");
}

model::ToolOutcome settings_unreadable(const model::ToolCall& call, const Error& error) {
  return failed(call.call_id, "tool_unavailable",
                "Whether " + call.model_name + " may be used cannot be read now. It was not called: " + error.message);
}

model::ToolOutcome failure_of(const std::string& call_id, const Error& error) {
  auto outcome = failed(call_id, code_of(error), error.message);
  if (outcome.code != kRateLimit) return outcome;
  outcome.result_json = base::JsonObject()
                            .text("error", kRateLimit)
                            .text("message", error.message)
                            .number("retryAfterSeconds", (error.retry_after_ms + 999) / 1000)
                            .take();
  return outcome;
}

std::string code_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::InvalidArgument: return "invalid_arguments";
    case ErrorKind::Deadline: return "tool_timeout";
    case ErrorKind::Unavailable:
    case ErrorKind::FailedPrecondition: return "tool_unavailable";
    case ErrorKind::ResourceExhausted: return error.code == kRateLimit ? std::string(kRateLimit) : "tool_failed";
    default: return "tool_failed";
  }
}

bool leaves_doubt(const Error& error) {
  if (error.code == "overloaded" || error.code == "not_begun") return false;
  return error.kind == ErrorKind::Deadline || error.kind == ErrorKind::Cancelled ||
         error.kind == ErrorKind::Unavailable || error.code == "plugin_breach" || error.code == "tool_bad_output" ||
         error.code == "tool_output_too_large";
}

}  // namespace platos::tools
