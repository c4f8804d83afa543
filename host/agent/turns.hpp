// Taking a turn: from a user's message to an accepted run.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "agent/recent_threads.hpp"
#include "agent/turn_setting.hpp"
#include "base/task.hpp"
#include "engine/engine.hpp"
#include "governance/rate_limits.hpp"
#include "model/scope.hpp"
#include "store/database.hpp"

namespace platos::agent {

struct TurnRequest {
  model::Principal who;
  std::string agent;      ///< id, slug or "default"; may be empty when a thread is named
  std::string thread_id;  ///< empty: a new thread
  std::string message;
  std::map<std::string, std::string> dynamic_blocks;  ///< by key
  std::string output_schema_json;                     ///< empty: the agent's
  TurnOverrides overrides;
  std::string of_message_id;  ///< not empty: no new message, but this one of the user's again; `message` is its text
  std::string reply_to_id;    ///< not empty: the turn hangs on this message of the thread
  std::string session_json;   ///< of TurnInput
  model::AllowedTools allowed_tools;
  std::string traceparent;  ///< W3C; empty or invalid: a trace of its own
  bool queue_when_busy = false;
  std::string idempotency_key;  ///< empty: none
  std::string asked;            ///< what the key stands for, when these members do not tell; empty: they do
  std::string route;            ///< method and route template: part of the key's identity
  std::string request_id;
};

struct TurnTicket {
  std::string run_id;
  std::string thread_id;
  std::string agent_id;
  bool replayed = false;  ///< an earlier request with the same key made this run
  bool finished = false;  ///< it has ended already
  bool queued = false;    ///< it waits for its thread
};

struct TurnsOptions {
  std::int64_t deadline_us = 300'000'000;
  std::int64_t max_queued_per_thread = 16;
};

/// Internally synchronised. Accepting is one commit: idempotency row, thread, user message, run; the turn has begun by
/// then, but nothing of it is visible before. The commit fails when agent or thread are not what the turn began with;
/// then it begins again.
class Turns {
 public:
  Turns(engine::Engine& engine, store::Database& database, SettingLoader& settings, RecentThreads& recent,
        governance::RateLimits& limits, base::IdMaker& ids, TurnsOptions options)
      : engine_(engine),
        database_(database),
        settings_(settings),
        recent_(recent),
        limits_(limits),
        ids_(ids),
        options_(options) {}

  /// Errors: NotFound "agent_not_found", "thread_not_found"; Conflict "turn_in_progress", "agent_inactive",
  /// "thread_archived", "message_not_active"; NotFound "message_not_found"; Mismatch "idempotency_mismatch";
  /// ResourceExhausted "thread_queue_full", "rate_limit" (of the agent); Unavailable "overloaded", "draining",
  /// "storage_full"; InvalidArgument "invalid_field". A refusal leaves no row behind.
  Task<Result<TurnTicket>> submit(base::Loop& loop, TurnRequest request);
  /// What a request with this key made before, if there was one. Mismatch "idempotency_mismatch";
  /// InvalidArgument "invalid_field".
  Task<Result<std::optional<TurnTicket>>> find_earlier(base::Loop& loop, TurnRequest request);

 private:
  struct Plan;
  std::optional<Plan> recall(const TurnRequest& request);
  Task<Result<Plan>> plan(base::Loop& loop, std::shared_ptr<const TurnRequest> submitted);
  Task<Result<TurnTicket>> start(base::Loop& loop, std::shared_ptr<const TurnRequest> submitted, Plan plan);

  engine::Engine& engine_;
  store::Database& database_;
  SettingLoader& settings_;
  RecentThreads& recent_;
  governance::RateLimits& limits_;
  base::IdMaker& ids_;
  TurnsOptions options_;
};

}  // namespace platos::agent
