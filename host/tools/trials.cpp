#include "tools/trials.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/json_schema.hpp"
#include "tenancy/audit.hpp"
#include "tools/metering.hpp"

namespace platos::tools {
namespace {

constexpr std::int64_t kMinuteUs = 60'000'000;
constexpr std::size_t kMaxCallers = 10'000;

Result<void> check_trial_arguments(const model::Tool& tool, const std::string& arguments_json) {
  const auto arguments = model::parse_bounded(arguments_json, "the arguments");
  if (!arguments) return fail(ErrorKind::InvalidArgument, "invalid_arguments", arguments.error().message);
  if (!arguments->is_object()) {
    return fail(ErrorKind::InvalidArgument, "invalid_arguments",
                "the arguments must be one JSON object, found " + model::kind_of(*arguments));
  }
  return tool.input_schema ? tool.input_schema->validate(*arguments, "the arguments", "invalid_arguments")
                           : Result<void>();
}

std::string trial_code(const Error& error) {
  switch (error.kind) {
    case ErrorKind::InvalidArgument: return "invalid_arguments";
    case ErrorKind::Deadline: return "tool_timeout";
    case ErrorKind::Unavailable:
    case ErrorKind::FailedPrecondition: return "tool_unavailable";
    default: return "tool_failed";
  }
}

store::ToolAuditRow row_of(const Trial& trial, const model::Tool& tool, std::string id) {
  store::ToolAuditRow row;
  row.id = std::move(id);
  row.agent_id = trial.agent;
  row.user_id = trial.who.user_id;
  row.source = trial.source;
  row.instance = tool.instance;
  row.tool = tool.name;
  row.model_name = tool.model_name;
  row.effect = model::to_text(tool.effect);
  row.replay_of = trial.replay_of;
  row.arguments_json = trial.arguments_json;
  return row;
}

}  // namespace

Result<void> Trials::take(const Trial& trial, std::int64_t now_us) {
  const bool is_replay = trial.source == "replay";
  const std::size_t limit = is_replay ? options_.replays_per_minute : options_.tests_per_minute;
  const std::lock_guard lock(mutex_);
  if (made_.size() >= kMaxCallers) made_.clear();
  auto& times = made_[trial.source + "/" + trial.who.scope.environment_id + "/" + trial.who.actor];
  while (!times.empty() && times.front() <= now_us - kMinuteUs) times.pop_front();
  if (times.size() < limit) {
    times.push_back(now_us);
    return {};
  }
  Error error;
  error.kind = ErrorKind::ResourceExhausted;
  error.code = "rate_limit";
  error.message = std::to_string(limit) + (is_replay ? " replays" : " test calls") + " a minute; wait a little";
  error.retryable = true;
  error.retry_after_ms = (times.front() + kMinuteUs - now_us) / 1000 + 1;
  error.limited_by = is_replay ? "tool_replays" : "tool_tests";
  error.limit = static_cast<std::int64_t>(limit);
  return fail(error);
}

Task<Result<ListedTool>> Trials::admitted(base::Loop& loop, Trial trial) {
  auto tools = Result<std::vector<ListedTool>>();
  if (trial.agent.empty()) {
    tools = co_await administration_.list(loop, trial.who.scope);
  } else {
    tools = co_await administration_.list_of_agent(loop, trial.who.scope, trial.agent);
  }
  if (!tools) co_return fail(tools.error());
  const auto found =
      std::find_if(tools->begin(), tools->end(), [&](const ListedTool& each) { return is_named(each, trial.tool); });
  if (found == tools->end()) co_return fail(tool_not_found(trial.tool));
  if (!found->verdict.usable()) {
    co_return fail(ErrorKind::PermissionDenied, "tool_blocked",
                   "the tool " + found->tool.model_name + " may not be used: " + found->verdict.because);
  }
  const bool may_approve = trial.confirmed && trial.who.may(model::kAdmin);
  if (found->tool.requires_approval && !may_approve) {
    co_return fail(ErrorKind::PermissionDenied, "approval_required",
                   "the tool " + found->tool.model_name +
                       " needs approval; an administrator gives it by calling it with \"confirm\": true");
  }
  if (auto valid = check_trial_arguments(found->tool, trial.arguments_json); !valid) co_return fail(valid.error());
  co_return std::move(*found);
}

Task<Result<std::string>> Trials::invoke(base::Loop& loop, Trial trial, model::Tool tool, std::string call_id) {
  const std::int64_t timeout_ms =
      tool.timeout_ms > 0 ? std::min(tool.timeout_ms, options_.timeout_ms) : options_.timeout_ms;
  ports::CallContext context;
  context.scope = trial.who.scope;
  context.user_id = trial.who.user_id;
  context.agent_id = trial.agent;
  context.session_json = trial.session_json;
  context.idempotency_key = "test:" + call_id;
  context.deadline_us = loop.clock().monotonic_us() + timeout_ms * 1000;
  co_return co_await catalogue_.invoke(loop, std::move(context), tool, std::move(trial.arguments_json),
                                       base::CancelToken());
}

Task<Result<store::ToolAuditRow>> Trials::call(base::Loop& loop, Trial trial) {
  if (auto taken = take(trial, loop.clock().monotonic_us()); !taken) co_return fail(taken.error());
  const auto found = co_await admitted(loop, trial);
  if (!found) co_return fail(found.error());
  auto row = row_of(trial, found->tool, ids_.make("call"));
  row.created_us = loop.clock().wall_us();
  const auto noted = database_.write(loop, [this, row, who = trial.who](store::Session& session) -> Result<void> {
    tenancy::write_audit(session, ids_, who, "tool.call", row.model_name,
                         {{"call", row.id}, {"source", row.source}, {"replayOf", row.replay_of}}, row.created_us);
    return {};
  });
  if (const auto written = co_await noted; !written) co_return fail(written.error());
  const std::int64_t began_us = loop.clock().monotonic_us();
  const model::Principal who = trial.who;
  auto result = co_await invoke(loop, std::move(trial), found->tool, row.id);
  row.latency_us = loop.clock().monotonic_us() - began_us;
  if (!result) row.error_code = trial_code(result.error());
  std::optional<model::ToolUsage> usage;
  if (result) usage = take_skill_usage(options_.prices, found->tool, row.arguments_json, *result);
  row.result_json = result ? std::move(*result) : model::dump(result.error().message);
  if (row.result_json.size() > options_.max_result_bytes) {
    row.error_code = "tool_failed";
    row.result_json = model::dump("the result has " + std::to_string(row.result_json.size()) + " bytes, too many");
  }
  row.status = store::audit_status(row.error_code);
  std::optional<store::SkillUsageRow> used;
  if (!model::skill_of(found->tool).empty()) used = skill_usage_of(row, found->tool, usage);
  const auto kept = database_.write(loop, [row, used, scope = who.scope](store::Session& session) -> Result<void> {
    store::ToolAudit(session).add(scope, row);
    if (used) store::SkillUsage(session).add(scope, *used);
    return {};
  });
  if (const auto written = co_await kept; !written) co_return fail(written.error());
  co_return row;
}

Task<Result<Trials::Replay>> Trials::replay(base::Loop& loop, model::Principal who, std::string call_id,
                                            bool confirmed) {
  const auto read = database_.read(
      loop, [scope = who.scope, call_id](store::Session& session) -> Result<std::optional<store::ToolAuditRow>> {
        return store::ToolAudit(session).find(scope, call_id);
      });
  const auto original = co_await read;
  if (!original) co_return fail(original.error());
  if (!*original) {
    co_return fail(ErrorKind::NotFound, "tool_call_not_found",
                   "there is no audited call \"" + base::printable(call_id, 60) + "\"");
  }
  if ((*original)->arguments_json.size() >= store::kMaxAuditedBytes - 4) {
    co_return fail(ErrorKind::Conflict, "not_replayable", "the call's arguments were too long to be kept whole");
  }
  Trial trial;
  trial.who = std::move(who);
  trial.tool = (*original)->model_name;
  trial.arguments_json = (*original)->arguments_json;
  trial.agent = (*original)->agent_id;
  trial.confirmed = confirmed;
  trial.source = "replay";
  trial.replay_of = call_id;
  auto replayed = co_await call(loop, std::move(trial));
  if (!replayed) co_return fail(replayed.error());
  Replay replay;
  replay.original = **original;
  replay.replay = std::move(*replayed);
  co_return replay;
}

}  // namespace platos::tools
