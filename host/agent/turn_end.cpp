// How a turn ends: the answer, its cost and the run's state in one commit.
#include <nlohmann/json.hpp>

#include "agent/turn_run.hpp"
#include "base/failpoint.hpp"
#include "base/json_text.hpp"
#include "base/text.hpp"
#include "governance/ledger.hpp"
#include "model/json.hpp"
#include "store/conversations.hpp"
#include "store/usage_records.hpp"

namespace platos::agent {
namespace {

const std::vector<double> kSeconds = {0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300};

std::string output_json(const TurnState& state) {
  return base::JsonObject()
      .json("usage", model::encode(state.usage()))
      .number("steps", static_cast<std::int64_t>(state.steps().size()))
      .take();
}

// As the OpenTelemetry conventions for generative AI shape it.
std::string messages_json(const char* role, std::string_view text) {
  constexpr std::size_t kMaxTextBytes = 16 * 1024;
  const model::Json part = {{"type", "text"}, {"content", base::cut_utf8(text, kMaxTextBytes)}};
  return model::dump(model::Json::array({{{"role", role}, {"parts", model::Json::array({part})}}}));
}

}  // namespace

void TurnRun::store_answer(const std::string& text, const std::string& reasoning, std::string_view ending) {
  const auto& record = run_.record();
  model::Message answer;
  answer.id = run_.context().ids.make("msg");
  answer.thread_id = record.thread_id;
  answer.run_id = run_.id();
  answer.role = "assistant";
  answer.state = "active";
  answer.content = text;
  answer.thinking = reasoning;
  answer.tool_calls_json = state_.tool_log_json();
  const model::Usage& usage = state_.usage();
  base::JsonObject response;
  response.text("model", state_.steps().empty() ? setting_.config().model : state_.steps().back().response.model)
      .json("usage", model::to_wire(usage))
      .json("cost_cents", model::cents(usage.fresh_cost_micro_usd))
      .json("cost_with_cache_cents", model::cents(usage.cost_micro_usd))
      .boolean("cost_known", usage.cost_micro_usd >= 0)
      .number("latency_ms", (run_.now_us() - record.started_us) / 1000)
      .text("agent_id", record.agent_id)
      .text("trace_id", telemetry::trace_id_hex(span_.context().trace_id))
      .text("version_id", record.version_id)
      .text("version_bucket", "current")
      .text("run_id", run_.id());
  if (!object_json_.empty()) {
    base::JsonObject structured;
    structured.json("object", object_json_).number("attempts", static_cast<std::int64_t>(state_.steps().size()));
    response.json("structured_output", structured.take());
  }
  if (!ending.empty()) response.boolean(ending, true);
  answer.response_json = response.take();
  answer.created_us = run_.now_us();
  answer.reply_to_id = setting_.input.reply_to_id;
  run_.emit(model::message_persisted_event(answer.id, answer.thread_id, usage, answer.reply_to_id));
  run_.store([scope = record.scope, answer](store::Session& session) -> Result<void> {
    store::Conversations conversations(session);
    conversations.insert_message(scope, answer);
    if (!answer.reply_to_id.empty()) conversations.count_reply(scope, answer.reply_to_id);
    return {};
  });
}

void TurnRun::store_usage() {
  for (const auto& [name, usage] : state_.usage_by_model()) {
    if (!usage.known()) continue;
    store::UsageRow row;
    row.run_id = run_.id();
    row.purpose = "turn";
    row.model = name;
    row.agent_id = run_.record().agent_id;
    row.user_id = run_.record().user_id;
    row.usage = usage;
    row.created_us = run_.now_us();
    run_.store([scope = run_.record().scope, row](store::Session& session) -> Result<void> {
      store::UsageRecords(session).insert(scope, row);
      return {};
    });
  }
}

void TurnRun::close_books(const char* status, const std::string& error_code) {
  auto& metrics = services_.metrics;
  metrics.counter("platos_turns_total", "Turns by how they ended.", {{"status", status}}).add();
  metrics.histogram("platos_turn_duration_seconds", "Time from acceptance to the end.", kSeconds, {{"status", status}})
      .observe(static_cast<double>(run_.now_us() - run_.record().created_us) / 1e6);
  if (state_.usage().cost_micro_usd > 0) {
    metrics
        .counter("platos_cost_cents_total", "What model calls cost, in US cents.",
                 {{"agent", run_.record().agent_id}, {"lane", "model_inference"}})
        .add(state_.usage().cost_cents());
  }
  span_.set("gen_ai.usage.input_tokens", state_.usage().input_tokens);
  span_.set("gen_ai.usage.output_tokens", state_.usage().output_tokens);
  if (services_.tracer.enabled()) {
    span_.set_content("gen_ai.input.messages", messages_json("user", user_message_));
    span_.set_content("gen_ai.output.messages", messages_json("assistant", answer_text()));
  }
  span_.set("platos.steps", static_cast<std::int64_t>(state_.steps().size()));
  span_.end(error_code.empty() ? ports::Record::Severity::Ok : ports::Record::Severity::Error, error_code);
}

// The next turn of the thread will most likely follow here, and soon.
void TurnRun::leave_behind() {
  const model::AgentConfig& config = setting_.config();
  const bool is_usual = setting_.input.reply_to_id.empty() && setting_.input.overrides.empty();
  if (!is_usual || !setting_.revision || config.history_mode == model::HistoryMode::Compact) return;
  const auto& record = run_.record();
  RecentThreads::Entry entry;
  entry.thread.id = record.thread_id;
  entry.thread.agent_id = record.agent_id;
  entry.thread.user_id = record.user_id;
  entry.thread.revision = *setting_.revision;
  entry.setting.version = setting_.version;
  auto& history = entry.setting.history;
  history = std::move(setting_.history);
  for (const bool answer : {false, true}) {
    model::ChatMessage said;
    said.role = answer ? model::Role::Assistant : model::Role::User;
    said.text = answer ? answer_text() : user_message_;
    history.push_back(std::move(said));
  }
  const auto limit = static_cast<std::size_t>(config.context_limit);
  if (history.size() > limit) history.erase(history.begin(), history.end() - config.context_limit);
  services_.recent.put(record.scope, std::move(entry));
}

Task<void> TurnRun::complete() {
  base::failpoint("turn.before_answer");
  run_.store([scope = run_.record().scope, message_id = message_id_,
              content = user_message_](store::Session& session) -> Result<void> {
    store::Conversations(session).activate_message(scope, message_id, content);
    return {};
  });
  if (const auto flags = governance::flags_json(output_findings_); !flags.empty())
    run_.emit(model::safety_flags_event(flags));
  store_answer(answer_text(), state_.reasoning(), "");
  store_usage();
  const bool compacting = request_compaction(run_, setting_);
  run_.emit(model::done_event(state_.usage(), ""));
  model::RunOutcome outcome;
  outcome.state = model::RunState::Completed;
  const auto finished = co_await run_.finish(std::move(outcome), output_json(state_));
  if (!finished) {
    run_.context().logger.warn("agent", "a turn could not be ended here", {{"run", run_.id()}});
    co_return;
  }
  leave_behind();
  close_books("success", "");
  if (compacting) services_.engine.poke();
}

Task<void> TurnRun::give_up(Error error) {
  base::failpoint("turn.giving_up");
  const std::string reason = run_.cancel_token().reason();
  const bool cancelled = run_.cancel_token().cancelled();
  if (cancelled) {
    error.code = reason == "deadline" ? "deadline_exceeded" : reason;
    error.message = reason == "deadline" ? "the turn took longer than it may, and was ended" : "the turn was cancelled";
  }
  const bool by_person = cancelled && reason != "deadline";
  run_.store([scope = run_.record().scope, message_id = message_id_, content = user_message_, blocked = blocked_,
              reply_to = setting_.input.reply_to_id](store::Session& session) -> Result<void> {
    store::Conversations conversations(session);
    if (blocked) {
      conversations.set_message_state(scope, message_id, "blocked");
      if (!reply_to.empty()) conversations.count_reply(scope, reply_to, -1);
    } else {
      conversations.activate_message(scope, message_id, content);
    }
    return {};
  });
  if (!report_.findings.empty()) {
    governance::keep(run_, subject(), report_.findings, "step-" + std::to_string(state_.steps().size() + 1));
    refusal_findings_.insert(refusal_findings_.end(), report_.findings.begin(), report_.findings.end());
  }
  for (const auto& [name, usage] : report_.wasted) state_.add_usage(name, usage);
  const std::string earlier = state_.text();
  const std::string text =
      earlier.empty() || report_.text.empty() ? earlier + report_.text : earlier + "\n\n" + report_.text;
  // What a person saw before they stopped the turn stays in the conversation.
  if (by_person && !text.empty()) store_answer(text, report_.reasoning, "stopped");
  store_usage();
  if (!by_person) {
    const bool of_schema = error.code == "structured_output_invalid" || error.code == "invalid_schema";
    const int attempts = of_schema ? static_cast<int>(state_.steps().size()) : -1;
    if (of_schema) error.code = "structured_output_invalid";
    run_.emit(model::error_event(error, governance::flags_json(refusal_findings_), attempts));
  }
  run_.emit(model::done_event(state_.usage(), by_person ? "stopped" : reason == "deadline" ? "aborted" : ""));
  model::RunOutcome outcome{by_person ? model::RunState::Cancelled : model::RunState::Failed, error.code,
                            error.message};
  const auto finished = co_await run_.finish(std::move(outcome), output_json(state_));
  if (!finished) run_.context().logger.warn("agent", "a turn could not be ended here", {{"run", run_.id()}});
  close_books(by_person ? "stopped" : blocked_ ? "blocked" : "error", error.code);
}

}  // namespace platos::agent
