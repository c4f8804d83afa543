#include "agent/compaction.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/json.hpp"
#include "store/agents.hpp"
#include "store/conversations.hpp"
#include "store/usage_records.hpp"

namespace platos::agent {
namespace {

constexpr std::int64_t kMinPart = 5;  // fewer are not worth a model call
constexpr std::int64_t kMaxPart = 400;
constexpr std::int64_t kDeadlineUs = 120'000'000;
constexpr std::size_t kMaxMessageBytes = 8 * 1024;

constexpr std::string_view kInstruction =
    "You keep the memory of a conversation. You are given the summary so far, if there is one, and the messages that "
    "follow it. Write the new summary, under 500 words: it replaces both. Keep names, numbers, decisions, open "
    "questions and what the user asked for; leave out pleasantries. Write the summary only.";

}  // namespace

bool request_compaction(engine::Run& run, const TurnSetting& setting) {
  const model::AgentConfig& config = setting.config();
  if (config.history_mode != model::HistoryMode::Compact) return false;
  model::RunRecord job;
  job.id = run.context().ids.make("run");
  job.scope = run.record().scope;
  job.user_id = run.record().user_id;
  job.kind = "compaction";
  job.state = model::RunState::Queued;
  job.agent_id = run.record().agent_id;
  job.version_id = run.record().version_id;
  job.thread_id = run.record().thread_id;
  job.input_json = "{}";
  job.request_id = run.record().request_id;
  job.created_us = run.now_us();
  job.deadline_us = kDeadlineUs;
  run.store([job, threshold = config.compact_threshold,
             keep = config.context_limit](store::Session& session) -> Result<void> {
    store::Conversations conversations(session);
    const auto thread = conversations.find_thread(job.scope, job.user_id, job.thread_id);
    if (!thread) return {};
    const std::int64_t open =
        conversations.count_after(job.scope, job.thread_id, {thread->summary_until_us, thread->summary_until_id});
    if (open < threshold || open - keep < kMinPart) return {};
    store::Runs runs(session);
    if (runs.is_under_way(job.scope, job.thread_id, job.kind)) return {};
    runs.insert(job);
    return {};
  });
  return true;
}

struct CompactionBody::Part {
  model::AgentConfig config;
  model::Thread thread;
  std::vector<model::Message> messages;
};

Task<Result<CompactionBody::Part>> CompactionBody::load(engine::Run& run) const {
  const auto read = database_.read(run.loop(), [record = run.record()](store::Session& session) -> Result<Part> {
    Part part;
    const auto version = store::Agents(session).find_version(record.scope, record.version_id);
    if (!version) return fail(ErrorKind::NotFound, "agent_not_found", "the agent's version is gone");
    part.config = version->config;
    store::Conversations conversations(session);
    const auto thread = conversations.find_thread(record.scope, record.user_id, record.thread_id);
    if (!thread) return fail(ErrorKind::NotFound, "thread_not_found", "the thread is gone");
    part.thread = *thread;
    part.messages = conversations.history_after(record.scope, record.thread_id, record.id,
                                                {thread->summary_until_us, thread->summary_until_id}, kMaxPart);
    const auto keep = static_cast<std::size_t>(part.config.context_limit);
    part.messages.resize(part.messages.size() > keep ? part.messages.size() - keep : 0);
    return part;
  });
  co_return co_await read;
}

Task<Result<void>> CompactionBody::work(engine::Run& run) const {
  auto part = co_await load(run);
  if (!part) co_return fail(part.error());
  if (part->messages.empty()) co_return Result<void>{};
  std::string text;
  if (!part->thread.summary.empty()) text = "Summary so far:\n" + part->thread.summary + "\n\n";
  text += "Messages:\n";
  for (const auto& message : part->messages) {
    text += message.role + ": ";
    text += base::cut_utf8(message.content, kMaxMessageBytes);
    text += '\n';
  }
  model::ChatRequest request;
  request.system = kInstruction;
  model::ChatMessage asked;
  asked.text = std::move(text);
  request.messages.push_back(std::move(asked));
  CallOptions options;
  options.plan = plan_of(part->config);
  options.quiet = true;
  options.parent.trace_id = telemetry::trace_id_of(run.id());
  CallReport report;
  auto response = co_await models_.call(run, std::move(options), std::move(request), report);
  if (!response) co_return fail(response.error());
  if (base::trim(response->text).empty())
    co_return fail(ErrorKind::Internal, "empty_summary", "the model gave no summary");
  model::Thread thread = std::move(part->thread);
  thread.summary = std::move(response->text);
  thread.summary_until_us = part->messages.back().created_us;
  thread.summary_until_id = part->messages.back().id;
  store::UsageRow usage;
  usage.run_id = run.id();
  usage.purpose = "compaction";
  usage.model = response->model;
  usage.agent_id = run.record().agent_id;
  usage.user_id = run.record().user_id;
  usage.usage = response->usage;
  for (const auto& [name, wasted] : report.wasted) usage.usage.add(wasted);
  usage.created_us = run.now_us();
  run.store([scope = run.record().scope, thread, usage](store::Session& session) -> Result<void> {
    store::Conversations conversations(session);
    // Edits take away what was last: when the end of the part stands, all of it does.
    const auto last = conversations.find_message(scope, thread.id, thread.summary_until_id);
    if (last && last->state == "active") conversations.set_summary(scope, thread);
    store::UsageRecords(session).insert(scope, usage);
    return {};
  });
  co_return Result<void>{};
}

Task<void> CompactionBody::run(engine::Run& run) {
  const auto worked = co_await work(run);
  if (run.lost()) co_return;
  model::RunOutcome outcome;
  if (!worked) {
    outcome.state = run.cancel_token().cancelled() ? model::RunState::Cancelled : model::RunState::Failed;
    outcome.error_code = worked.error().code;
    outcome.error_message = worked.error().message;
  }
  run.emit(model::done_event({}, ""));
  const auto finished = co_await run.finish(std::move(outcome), "{}");
  if (!finished) run.context().logger.warn("agent", "a compaction could not be ended here", {{"run", run.id()}});
}

}  // namespace platos::agent
