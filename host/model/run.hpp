// Runs as data: anything that takes time is one row, a journal and a stream.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/scope.hpp"

namespace platos::model {

enum class RunState { Unspecified, Queued, Running, Waiting, Completed, Failed, Cancelled };

std::string_view to_text(RunState state);
RunState run_state_from_text(std::string_view text);
constexpr bool is_final(RunState state) {
  return state == RunState::Completed || state == RunState::Failed || state == RunState::Cancelled;
}

struct RunRecord {
  std::string id;
  Scope scope;
  std::string user_id;
  std::string kind;  ///< "turn"
  RunState state = RunState::Queued;
  std::string error_code;
  std::string error_message;
  std::string agent_id;
  std::string version_id;
  std::string thread_id;
  std::string input_json;
  std::string output_json;
  std::int64_t seq_reserved = 0;  ///< stream numbers up to here may have been used
  std::string lease_owner;
  std::int64_t lease_until_us = 0;
  std::int64_t fence = 0;  ///< rises with each claim; every write carries it
  std::int64_t deadline_us = 0;
  std::int64_t attempt = 1;
  std::string request_id;
  std::int64_t created_us = 0;
  std::int64_t started_us = 0;
  std::int64_t finished_us = 0;
};

/// How a run's body ended.
struct RunOutcome {
  RunState state = RunState::Completed;
  std::string error_code;
  std::string error_message;
};

/// Kinds of journal row.
namespace journal {
inline constexpr std::string_view kAccepted = "accepted";
inline constexpr std::string_view kClaimed = "claimed";
inline constexpr std::string_view kModelRequest = "model_request";
inline constexpr std::string_view kModelResponse = "model_response";
inline constexpr std::string_view kToolStarted = "tool_started";
inline constexpr std::string_view kToolSettled = "tool_settled";
inline constexpr std::string_view kAsked = "asked";  ///< people; what was said so far stands
inline constexpr std::string_view kWaiting = "waiting";
inline constexpr std::string_view kResumed = "resumed";
inline constexpr std::string_view kCancelled = "cancelled";
inline constexpr std::string_view kFinished = "finished";
}  // namespace journal

struct JournalRow {
  std::int64_t n = 0;
  std::string kind;
  std::int64_t last_seq = 0;
  std::string payload_json;
  std::int64_t at_us = 0;
};

}  // namespace platos::model
