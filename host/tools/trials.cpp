#include "tools/trials.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/json_schema.hpp"
#include "store/safety_events.hpp"
#include "tenancy/audit.hpp"
#include "tools/call_judgement.hpp"
#include "tools/metering.hpp"

namespace platos::tools {
namespace {

constexpr std::size_t kMinHiddenBytes = 8;  // less is no secret, and stands in ordinary words
constexpr std::size_t kMaxReadResult = 16 * 1024 * 1024;
constexpr std::size_t kMaxReadNodes = 1'000'000;

Result<void> check_trial_arguments(const model::Tool& tool, const Trial& trial) {
  const auto arguments = model::parse_bounded(trial.arguments_json, "the arguments");
  if (!arguments) return fail(ErrorKind::InvalidArgument, "invalid_arguments", arguments.error().message);
  if (!arguments->is_object()) {
    return fail(ErrorKind::InvalidArgument, "invalid_arguments",
                "the arguments must be one JSON object, found " + model::kind_of(*arguments));
  }
  for (const char* reserved : {"__platos", "_context"}) {
    if (!arguments->contains(reserved) || trial.source == "replay") continue;
    return fail(ErrorKind::InvalidArgument, "invalid_arguments",
                std::string("\"") + reserved + "\" is written by the server alone; leave it out");
  }
  return tool.input_schema ? tool.input_schema->validate(*arguments, "the arguments", "invalid_arguments")
                           : Result<void>();
}

/// As they are sent: members keep their order, since they are signed.
std::string sent_arguments(const Trial& trial) {
  if (trial.envelope_json.empty()) return trial.arguments_json;
  auto arguments = model::OrderedJson::parse(trial.arguments_json);
  arguments["_context"] = model::OrderedJson::parse(trial.envelope_json);
  return arguments.dump();
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

governance::Subject trial_subject(const Trial& trial, const model::Tool& tool, const std::string& call_id) {
  governance::Subject subject;
  subject.context.scope = trial.who.scope;
  subject.context.user_id = trial.user_id.empty() ? trial.who.user_id : trial.user_id;
  subject.agent_id = trial.called_by.empty() ? trial.agent : trial.called_by;
  subject.tool = tool.model_name;
  subject.call_id = call_id;
  subject.effect = model::to_text(tool.effect);
  return subject;
}

void hide(std::string& text, const std::vector<std::string>& secrets) {
  for (const auto& secret : secrets) {
    if (secret.size() >= kMinHiddenBytes) base::redact(text, secret);
  }
}

std::string hidden_text(std::string text, const std::vector<std::string>& secrets) {
  hide(text, secrets);
  return text;
}

// Values and names of members, at most as deep as parse_bounded() lets through.
model::Json without(const model::Json& json, const std::vector<std::string>& secrets) {
  if (json.is_string()) return hidden_text(json.get<std::string>(), secrets);
  if (json.is_array()) {
    model::Json list = model::Json::array();
    for (const auto& each : json) list.push_back(without(each, secrets));
    return list;
  }
  if (json.is_object()) {
    model::Json object = model::Json::object();
    for (const auto& [name, value] : json.items()) object[hidden_text(name, secrets)] = without(value, secrets);
    return object;
  }
  const std::string number = model::dump(json);
  const std::string safe = hidden_text(number, secrets);
  return safe == number ? json : model::Json(safe);
}

/// A result without the secrets; all of it is one when it cannot be read.
std::string result_without(std::string result_json, const std::vector<std::string>& secrets) {
  if (secrets.empty()) return result_json;
  const auto parsed = model::parse_bounded(result_json, "the result", {kMaxReadResult, 64, kMaxReadNodes});
  return model::dump(parsed ? without(*parsed, secrets) : model::Json("[redacted]"));
}

/// Of a JSON string what it says; of anything else the JSON.
std::string text_in(const std::string& json_text) {
  const auto json = model::parse_bounded(json_text, "the message");
  return json && json->is_string() ? json->get<std::string>() : json_text;
}

}  // namespace

Task<Result<ListedTool>> Trials::admitted(base::Loop& loop, Trial& trial) {
  auto tools = Result<std::vector<ListedTool>>();
  if (trial.agent.empty()) {
    tools = co_await administration_.list(loop, trial.who.scope);
  } else {
    auto agent = co_await administration_.agent(loop, trial.who.scope, trial.agent);
    if (!agent) co_return fail(agent.error());
    trial.agent = agent->id;
    tools = co_await catalogue_.all_of(loop, trial.who.scope, std::move(agent->config));
  }
  if (!tools) co_return fail(tools.error());
  const auto found =
      std::find_if(tools->begin(), tools->end(), [&](const ListedTool& each) { return is_named(each, trial.tool); });
  if (found == tools->end()) co_return fail(tool_not_found(trial.tool));
  if (!found->verdict.usable()) {
    co_return fail(ErrorKind::PermissionDenied, "tool_blocked",
                   "the tool " + found->tool->model_name + " may not be used: " + found->verdict.because);
  }
  const bool may_approve = trial.confirmed && trial.who.may(model::kAdmin);
  if (found->tool->requires_approval && !may_approve) {
    co_return fail(ErrorKind::PermissionDenied, "approval_required",
                   "the tool " + found->tool->model_name +
                       " needs approval; an administrator gives it by calling it with \"confirm\": true");
  }
  if (auto valid = check_trial_arguments(*found->tool, trial); !valid) co_return fail(valid.error());
  co_return std::move(*found);
}

Task<Result<std::string>> Trials::invoke(base::Loop& loop, Trial trial, model::SharedTool tool, std::string call_id) {
  const std::int64_t timeout_ms =
      tool->timeout_ms > 0 ? std::min(tool->timeout_ms, options_.timeout_ms) : options_.timeout_ms;
  const bool acts_as_other = !trial.user_id.empty() || !trial.user_token.empty();
  ports::CallContext context;
  context.scope = trial.who.scope;
  context.user_id = trial.user_id.empty() ? trial.who.user_id : trial.user_id;
  context.agent_id = trial.called_by.empty() ? trial.agent : trial.called_by;
  context.session_json = trial.session_json;
  context.user_token = acts_as_other ? trial.user_token : trial.who.user_token;
  context.idempotency_key = "test:" + call_id;
  context.deadline_us = loop.clock().monotonic_us() + timeout_ms * 1000;
  co_return co_await catalogue_.invoke(loop, std::move(context), *tool, sent_arguments(trial), base::CancelToken());
}

Task<Result<store::ToolAuditRow>> Trials::call(base::Loop& loop, Trial trial) {
  auto made = co_await attempt(loop, std::move(trial));
  if (!made) co_return fail(made.error());
  co_return std::move(made->row);
}

// The arguments as governors left them. What these found is in the ledger also when the call is refused.
Task<Result<std::string>> Trials::govern(base::Loop& loop, const governance::Subject& subject, const model::Tool& tool,
                                         std::string arguments_json) {
  auto judged = judge_call(chain_, subject, tool, std::move(arguments_json));
  const auto rows = governance::ledger_rows(subject, judged.said.findings, subject.call_id, loop.clock().wall_us());
  if (!rows.empty()) {
    const auto kept =
        database_.write(loop, [rows, scope = subject.context.scope](store::Session& session) -> Result<void> {
          for (const auto& row : rows) store::SafetyEvents(session).insert(scope, row);
          return {};
        });
    if (const auto written = co_await kept; !written) co_return fail(written.error());
  }
  if (judged.refusal) co_return fail(*judged.refusal);
  // Nobody waits here until people have decided.
  if (judged.asks_people())
    co_return fail(governance::refusal(judged.said.decision, judged.said.rule_id, judged.said.findings));
  co_return std::move(judged.said.text);
}

Task<Result<void>> Trials::note_begun(base::Loop& loop, model::Principal who, store::ToolAuditRow row) {
  const auto noted = database_.write(loop, [this, row, who](store::Session& session) -> Result<void> {
    tenancy::write_audit(session, ids_, who, "tool.call", row.model_name,
                         {{"call", row.id}, {"source", row.source}, {"replayOf", row.replay_of}}, row.created_us);
    return {};
  });
  co_return co_await noted;
}

// Without what nobody may see, then as governors left it. What these found.
std::vector<governance::Finding> Trials::settle(const governance::Subject& subject, Result<std::string> result,
                                                const std::vector<std::string>& hidden, Attempt& made) const {
  if (!result) {
    made.error = result.error();
    hide(made.error->message, hidden);
    made.row.error_code = trial_code(*made.error);
  } else {
    made.row.result_json = result_without(std::move(*result), hidden);
    if (made.row.result_json.size() > options_.max_result_bytes) {
      made.row.error_code = "tool_failed";
      const std::string why = "the result has " + std::to_string(made.row.result_json.size()) + " bytes, too many";
      made.error = Error{ErrorKind::TooLarge, "result_too_large", why, false, 0, {}};
    }
  }
  if (made.error) made.row.result_json = model::dump(made.error->message);
  auto judged = judge_result(chain_, subject, made.row.result_json);
  if (judged.refusal) {
    made.row.error_code = judged.refusal->code;
    made.row.result_json = model::dump(judged.refusal->message);
    made.error = std::move(judged.refusal);
  } else if (!judged.result_json.empty()) {
    made.row.result_json = std::move(judged.result_json);
    if (made.error) made.error->message = text_in(made.row.result_json);
  }
  made.row.status = store::audit_status(made.row.error_code);
  return std::move(judged.findings);
}

Task<Result<Attempt>> Trials::attempt(base::Loop& loop, Trial trial) {
  auto& limit = trial.source == "replay" ? replays_ : tests_;
  const std::string caller = trial.who.scope.environment_id + "/" + trial.who.actor;
  if (auto taken = limit.take(caller, loop.clock().monotonic_us()); !taken) co_return fail(taken.error());
  const auto found = co_await admitted(loop, trial);
  if (!found) co_return fail(found.error());
  const model::Tool& tool = *found->tool;
  const std::string id = ids_.make("call");
  const auto subject = trial_subject(trial, tool, id);
  auto arguments = co_await govern(loop, subject, tool, trial.arguments_json);
  if (!arguments) co_return fail(arguments.error());
  trial.arguments_json = std::move(*arguments);
  Attempt made;
  made.row = row_of(trial, tool, id);
  made.row.created_us = loop.clock().wall_us();
  if (const auto noted = co_await note_begun(loop, trial.who, made.row); !noted) co_return fail(noted.error());
  const std::int64_t began_us = loop.clock().monotonic_us();
  auto result = co_await invoke(loop, trial, found->tool, id);
  made.row.latency_us = loop.clock().monotonic_us() - began_us;
  std::optional<model::ToolUsage> usage;
  if (result) usage = take_skill_usage(options_.prices, tool, made.row.arguments_json, *result);
  const auto findings = settle(subject, std::move(result), trial.hidden, made);
  std::optional<store::SkillUsageRow> used;
  if (!model::skill_of(tool).empty()) used = skill_usage_of(made.row, tool, usage);
  auto events = governance::ledger_rows(subject, findings, id, loop.clock().wall_us());
  const auto kept = database_.write(loop,
                                    [row = made.row, used, events = std::move(events),
                                     scope = trial.who.scope](store::Session& session) -> Result<void> {
                                      store::ToolAudit(session).add(scope, row);
                                      if (used) store::SkillUsage(session).add(scope, *used);
                                      for (const auto& event : events)
                                        store::SafetyEvents(session).insert(scope, event);
                                      return {};
                                    });
  if (const auto written = co_await kept; !written) co_return fail(written.error());
  co_return made;
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
