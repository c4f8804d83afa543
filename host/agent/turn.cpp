#include "agent/turn.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "model/json.hpp"
#include "store/agents.hpp"
#include "store/conversations.hpp"

namespace platos::agent {
namespace {

constexpr std::size_t kMaxCachedVersions = 4096;

// Was this run accepted without being started? Then nobody has heard of it yet.
bool never_began(const engine::Run& run) {
  const auto& journal = run.former_journal();
  return !journal.empty() && std::none_of(journal.begin(), journal.end(), [](const model::JournalRow& row) {
    return row.kind == model::journal::kAccepted;
  });
}

bool was_cancelled(const engine::Run& run) {
  const auto& journal = run.former_journal();
  return std::any_of(journal.begin(), journal.end(),
                     [](const model::JournalRow& row) { return row.kind == model::journal::kCancelled; });
}

Error cancelled_error(const std::string& reason) {
  if (reason == "deadline") {
    return {ErrorKind::Deadline, "deadline_exceeded", "the turn took longer than it may, and was ended", false, 0, {}};
  }
  return {ErrorKind::Cancelled, reason, "the turn was cancelled", false, 0, {}};
}

}  // namespace

// Every co_await is a point where the process may die; the journal says how to go on.
Task<void> TurnBody::run(engine::Run& run) {
  TurnState state = TurnState::rebuild(run);
  PartialAnswer partial;
  if (never_began(run)) {
    run.emit(model::meta_event(run.record().thread_id, run.record().agent_id, run.id()));
    run.journal(model::journal::kAccepted, "{}");
  } else if (!run.former_journal().empty()) {
    // Whatever was published after the last decision is void: it was not written, or is done again.
    run.emit(model::retry_boundary_event(static_cast<int>(state.steps().size()) + 1, run.discard_from()));
  }
  auto setting = co_await load(run);
  if (!setting) {
    co_await give_up(run, state, partial, setting.error());
    co_return;
  }
  if (was_cancelled(run)) run.cancel("cancelled");
  const auto worked = co_await work(run, *setting, state, partial);
  if (run.lost()) co_return;
  if (worked) {
    co_await complete(run, state, *setting);
  } else {
    co_await give_up(run, state, partial, worked.error());
  }
}

Task<Result<void>> TurnBody::work(engine::Run& run, const Setting& setting, TurnState& state, PartialAnswer& partial) {
  const model::AgentConfig& config = setting.version.config;
  const auto tools = catalogue_.visible_to(config);
  if (!tools) co_return fail(tools.error());
  while (state.wants_another_step()) {
    if (run.cancel_token().cancelled()) co_return fail(cancelled_error(run.cancel_token().reason()));
    if (state.pending_calls().empty()) {
      if (static_cast<std::int64_t>(state.steps().size()) >= config.max_steps) {
        co_return fail(ErrorKind::ResourceExhausted, "max_steps",
                       "the agent took " + std::to_string(config.max_steps) + " steps, its limit, without an answer");
      }
      const int step = static_cast<int>(state.steps().size()) + 1;
      if (step > 1 && !state.steps().back().response.text.empty()) run.emit(model::text_boundary_event());
      run.emit(model::status_event("thinking", run.record().agent_id));
      auto response = co_await models_.call(run, step, config.model, assemble(setting, state, *tools), partial);
      if (!response) co_return fail(response.error());
      partial = {};
      for (const auto& call : response->tool_calls) run.emit(model::tool_call_event(call));
      run.journal(model::journal::kModelResponse, model::dump(model::to_json(*response)));
      state.record(std::move(*response));
    }
    auto pending = state.pending_calls();
    if (pending.empty()) continue;
    run.emit(model::status_event("executing", run.record().agent_id));
    auto outcomes = co_await dispatcher_.call_all(run, *tools, std::move(pending), state.unknown_outcomes);
    if (!outcomes) co_return fail(outcomes.error());
    state.record(*outcomes);
  }
  co_return Result<void>{};
}

model::ChatRequest TurnBody::assemble(const Setting& setting, const TurnState& state,
                                      const tools::ToolSet& tools) const {
  model::ChatRequest request;
  request.system = setting.version.config.system_prompt;
  request.messages = setting.history;
  model::ChatMessage user;
  user.text = state.user_message();
  request.messages.push_back(std::move(user));
  for (auto& message : state.messages()) request.messages.push_back(std::move(message));
  request.tools = tools.tools();
  return request;
}

Task<Result<TurnBody::Setting>> TurnBody::load(engine::Run& run) {
  Setting setting;
  const std::string version_id = run.record().version_id;
  {
    const std::lock_guard lock(cache_mutex_);
    if (const auto found = versions_.find(version_id); found != versions_.end()) setting.version = found->second;
  }
  struct Loaded {
    model::AgentVersion version;
    std::vector<model::Message> messages;
  };
  const auto read =
      database_.read(run.loop(),
                     [scope = run.record().scope, thread = run.record().thread_id, run_id = run.id(), version_id,
                      cached = setting.version](store::Session& session) -> Result<Loaded> {
                       Loaded loaded{cached, {}};
                       if (loaded.version.id.empty()) {
                         auto version = store::Agents(session).find_version(scope, version_id);
                         if (!version)
                           return fail(ErrorKind::NotFound, "agent_not_found", "the agent's version is gone");
                         loaded.version = std::move(*version);
                       }
                       loaded.messages = store::Conversations(session).history(scope, thread, run_id,
                                                                               loaded.version.config.context_limit);
                       return loaded;
                     });
  auto loaded = co_await read;
  if (!loaded) co_return fail(loaded.error());
  if (setting.version.id.empty()) {
    const std::lock_guard lock(cache_mutex_);
    if (versions_.size() >= kMaxCachedVersions) versions_.clear();
    versions_.emplace(version_id, loaded->version);
  }
  setting.version = std::move(loaded->version);
  for (auto& message : loaded->messages) {
    model::ChatMessage said;
    said.role = message.role == "assistant" ? model::Role::Assistant : model::Role::User;
    said.text = std::move(message.content);
    setting.history.push_back(std::move(said));
  }
  co_return setting;
}

void TurnBody::store_answer(engine::Run& run, const TurnState& state, const std::string& text,
                            const std::string& reasoning, const std::string& model, std::string_view ending) {
  const auto& record = run.record();
  model::Message answer;
  answer.id = run.context().ids.make("msg");
  answer.thread_id = record.thread_id;
  answer.run_id = run.id();
  answer.role = "assistant";
  answer.state = "active";
  answer.content = text;
  answer.thinking = reasoning;
  answer.tool_calls_json = state.tool_log_json();
  model::Json response = {{"model", model},
                          {"usage", model::to_wire(state.usage())},
                          {"cost_cents", 0},
                          {"cost_known", false},
                          {"latency_ms", (run.now_us() - record.started_us) / 1000},
                          {"agent_id", record.agent_id},
                          {"version_id", record.version_id},
                          {"run_id", run.id()}};
  if (!ending.empty()) response[std::string(ending)] = true;
  answer.response_json = model::dump(response);
  answer.created_us = run.now_us();
  run.emit(model::message_persisted_event(answer.id, answer.thread_id));
  run.store([scope = record.scope, answer](store::Session& session) -> Result<void> {
    store::Conversations(session).insert_message(scope, answer);
    return {};
  });
}

namespace {
void activate_user_message(engine::Run& run) {
  run.store([scope = run.record().scope, run_id = run.id()](store::Session& session) -> Result<void> {
    store::Conversations(session).set_message_state(scope, run_id, "user", "active");
    return {};
  });
}

std::string output_json(const TurnState& state) {
  return model::dump({{"usage", model::to_json(state.usage())}, {"steps", state.steps().size()}});
}
}  // namespace

Task<void> TurnBody::complete(engine::Run& run, const TurnState& state, const Setting& setting) {
  activate_user_message(run);
  store_answer(run, state, state.text(), state.reasoning(), setting.version.config.model, "");
  run.emit(model::done_event(state.usage(), ""));
  model::RunOutcome outcome;
  outcome.state = model::RunState::Completed;
  const auto finished = co_await run.finish(std::move(outcome), output_json(state));
  if (!finished) run.context().logger.warn("agent", "a turn could not be ended here", {{"run", run.id()}});
}

Task<void> TurnBody::give_up(engine::Run& run, const TurnState& state, PartialAnswer partial, Error error) {
  const std::string reason = run.cancel_token().reason();
  if (run.cancel_token().cancelled()) error = cancelled_error(reason);
  const bool by_person = run.cancel_token().cancelled() && reason != "deadline";
  activate_user_message(run);
  if (by_person) run.journal(model::journal::kCancelled, model::dump({{"reason", reason}}));
  const std::string earlier = state.text();
  const std::string text =
      earlier.empty() || partial.text.empty() ? earlier + partial.text : earlier + "\n\n" + partial.text;
  // What a person saw before they stopped the turn stays in the conversation.
  if (by_person && !text.empty()) store_answer(run, state, text, partial.reasoning, "", "stopped");
  if (!by_person) run.emit(model::error_event(error));
  run.emit(model::done_event(state.usage(), by_person ? "stopped" : reason == "deadline" ? "aborted" : ""));
  model::RunOutcome outcome{by_person ? model::RunState::Cancelled : model::RunState::Failed, error.code,
                            error.message};
  const auto finished = co_await run.finish(std::move(outcome), output_json(state));
  if (!finished) run.context().logger.warn("agent", "a turn could not be ended here", {{"run", run.id()}});
}

}  // namespace platos::agent
