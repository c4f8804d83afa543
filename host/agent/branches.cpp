#include "agent/branches.hpp"

#include <algorithm>
#include <tuple>

#include "agent/threads.hpp"
#include "base/text.hpp"
#include "model/json.hpp"
#include "store/conversations.hpp"
#include "store/runs.hpp"
#include "store/safety_events.hpp"

namespace platos::agent {
namespace {

constexpr std::int64_t kMaxForks = 10;
constexpr std::size_t kMaxContentBytes = 512 * 1024;
constexpr std::int64_t kMaxShown = 1000;

using Position = store::Conversations::Position;

Position position_of(const model::Message& message) { return {message.created_us, message.id}; }

Result<model::Thread> find_own(store::Session& session, const model::Principal& who, const std::string& id) {
  auto thread = store::Conversations(session).find_thread(who.scope, who.user_id, id);
  if (!thread || who.is_kept_from(thread->agent_id)) return fail(thread_not_found(id));
  return std::move(*thread);
}

/// A message of the main line that may be changed: nobody is at work on the thread.
Result<model::Message> find_changeable(store::Session& session, const model::Principal& who,
                                       const std::string& thread_id, const std::string& message_id,
                                       const std::string& role) {
  const auto message = store::Conversations(session).find_message(who.scope, thread_id, message_id);
  if (!message) return fail(message_not_found(message_id));
  if (message->role != role || !message->reply_to_id.empty()) {
    return fail(model::invalid_field("message", "a message of the " + role + " that is no reply",
                                     message->reply_to_id.empty() ? "one of the " + message->role : "a reply"));
  }
  const auto open = store::Runs(session).open_turns(who.scope, thread_id);
  if (!open.empty()) {
    return fail(
        ErrorKind::Conflict, "turn_in_progress",
        "thread " + thread_id + " has a turn under way (run " + open.front().run_id + "); wait for it or cancel it");
  }
  if (message->state != "active") return fail(message_not_active(message_id));
  return *message;
}

/// A message and all that followed give way, and with them a summary that tells of them.
void take_back(store::Session& session, const model::Principal& who, model::Thread thread,
               const model::Message& first) {
  store::Conversations conversations(session);
  conversations.edit_out(who.scope, thread.id, position_of(first));
  const bool is_told =
      std::tie(first.created_us, first.id) <= std::tie(thread.summary_until_us, thread.summary_until_id);
  if (thread.summary.empty() || !is_told) return;
  thread.summary.clear();
  thread.summary_until_us = 0;
  thread.summary_until_id.clear();
  conversations.set_summary(who.scope, thread);
}

std::string fork_title(const std::string& wanted, const model::Thread& parent) {
  if (!base::trim(wanted).empty()) return wanted;
  return parent.title.empty() ? "Fork" : parent.title + " (fork)";
}

}  // namespace

Error message_not_found(const std::string& id) {
  return {ErrorKind::NotFound,
          "message_not_found",
          "there is no message \"" + base::printable(id, 80) + "\" in this thread",
          false,
          0,
          {}};
}

Error message_not_active(const std::string& id) {
  return {ErrorKind::Conflict,
          "message_not_active",
          "message " + base::printable(id, 80) + " is no longer, or not yet, part of the conversation",
          false,
          0,
          {}};
}

Task<Result<model::Thread>> Branches::fork(base::Loop& loop, model::Principal who, std::string thread_id,
                                           std::string message_id, std::string title) {
  const auto write =
      database_.write(loop,
                      [this, who, thread_id, message_id, title,
                       now = loop.clock().wall_us()](store::Session& session) -> Result<model::Thread> {
                        const auto parent = find_own(session, who, thread_id);
                        if (!parent) return fail(parent.error());
                        store::Conversations conversations(session);
                        const auto anchor = conversations.find_message(who.scope, thread_id, message_id);
                        if (!anchor) return fail(message_not_found(message_id));
                        if (anchor->state != "active" || !anchor->reply_to_id.empty())
                          return fail(message_not_active(message_id));
                        if (conversations.count_forks(who.scope, thread_id) >= kMaxForks) {
                          return fail(ErrorKind::Conflict, "fork_limit",
                                      "thread " + thread_id + " has 10 forks, which is the limit; archive one of them");
                        }
                        model::Thread fork;
                        fork.id = ids_.make("thr");
                        fork.agent_id = parent->agent_id;
                        fork.user_id = parent->user_id;
                        fork.title = clean_title(fork_title(title, *parent));
                        fork.parent_id = parent->id;
                        fork.forked_from_id = anchor->id;
                        fork.created_us = fork.updated_us = now;
                        conversations.insert_thread(who.scope, fork);
                        for (auto& message : conversations.main_line(who.scope, thread_id, position_of(*anchor))) {
                          const bool ends_summary = message.id == parent->summary_until_id;
                          message.id = ids_.make("msg");
                          message.thread_id = fork.id;
                          message.reply_count = 0;
                          message.edit_parent_id.clear();
                          message.revision = 1;
                          conversations.insert_message(who.scope, message);
                          if (!ends_summary) continue;
                          fork.summary = parent->summary;
                          fork.summary_until_us = parent->summary_until_us;
                          fork.summary_until_id = message.id;
                          conversations.set_summary(who.scope, fork);
                        }
                        return fork;
                      });
  co_return co_await write;
}

// What becomes history has passed the governors, as a message of a turn has.
governance::Judgement Branches::judge(const governance::Subject& subject, std::string content) const {
  if (chain_.wants(ports::Point::BeforeModel))
    return chain_.check(subject, ports::Point::BeforeModel, std::move(content));
  governance::Judgement judged;
  judged.text = std::move(content);
  return judged;
}

Task<Result<model::Message>> Branches::edit(base::Loop& loop, model::Principal who, std::string thread_id,
                                            std::string message_id, std::string content) {
  if (base::trim(content).empty()) co_return fail(model::invalid_field("content", "a text", "an empty one"));
  if (content.size() > kMaxContentBytes)
    co_return fail(model::invalid_field("content", "at most 524288 bytes", std::to_string(content.size())));
  governance::Subject subject;
  subject.context.scope = who.scope;
  subject.context.user_id = who.user_id;
  subject.thread_id = thread_id;
  const std::string revision_id = ids_.make("msg");
  const auto judged = judge(subject, std::move(content));
  const auto rows = governance::ledger_rows(subject, judged.findings, revision_id, loop.clock().wall_us());
  const auto write =
      database_.write(loop,
                      [who, thread_id, message_id, revision_id, rows, refused = judged.refused(), text = judged.text,
                       now = loop.clock().wall_us()](store::Session& session) -> Result<model::Message> {
                        if (!refused) store::Conversations(session).touch(who.scope, thread_id, now);
                        const auto thread = find_own(session, who, thread_id);
                        if (!thread) return fail(thread.error());
                        const auto former = find_changeable(session, who, thread_id, message_id, "user");
                        if (!former) return fail(former.error());
                        for (auto row : rows) {
                          row.agent_id = thread->agent_id;
                          store::SafetyEvents(session).insert(who.scope, row);
                        }
                        if (refused) return *former;
                        take_back(session, who, *thread, *former);
                        model::Message revision = *former;
                        revision.id = revision_id;
                        revision.content = text;
                        revision.edit_parent_id = former->id;
                        revision.revision = former->revision + 1;
                        revision.reply_count = 0;
                        // A clock that was set back does not move it before what it answers.
                        revision.created_us = std::max(now, former->created_us);
                        store::Conversations(session).insert_message(who.scope, revision);
                        return revision;
                      });
  const auto edited = co_await write;
  if (edited && judged.refused()) co_return fail(governance::refusal(judged.decision, judged.rule_id, judged.findings));
  co_return edited;
}

Task<Result<Retry>> Branches::retry(base::Loop& loop, model::Principal who, std::string thread_id,
                                    std::string message_id) {
  const auto write = database_.write(
      loop, [who, thread_id, message_id, now = loop.clock().wall_us()](store::Session& session) -> Result<Retry> {
        store::Conversations conversations(session);
        conversations.touch(who.scope, thread_id, now);
        const auto thread = find_own(session, who, thread_id);
        if (!thread) return fail(thread.error());
        const auto answer = find_changeable(session, who, thread_id, message_id, "assistant");
        if (!answer) return fail(answer.error());
        auto before = conversations.main_line(who.scope, thread_id, position_of(*answer));
        const auto question = std::find_if(before.rbegin(), before.rend(),
                                           [](const model::Message& each) { return each.role == "user"; });
        if (question == before.rend()) return fail(message_not_active(message_id));
        take_back(session, who, *thread, *answer);
        Retry retry{*question, *answer};
        retry.answer.state = "edited_out";
        return retry;
      });
  co_return co_await write;
}

Task<Result<Replies>> Branches::replies(base::Loop& loop, model::Principal who, std::string thread_id,
                                        std::string message_id) {
  const auto read = database_.read(loop, [who, thread_id, message_id](store::Session& session) -> Result<Replies> {
    if (const auto thread = find_own(session, who, thread_id); !thread) return fail(thread.error());
    store::Conversations conversations(session);
    const auto parent = conversations.find_message(who.scope, thread_id, message_id);
    if (!parent) return fail(message_not_found(message_id));
    Replies replies{conversations.replies(who.scope, message_id, kMostReplies), 0};
    const auto found = static_cast<std::int64_t>(replies.messages.size());
    replies.total = found < kMostReplies ? found : std::max(found, parent->reply_count);
    return replies;
  });
  co_return co_await read;
}

Task<Result<std::map<std::string, std::int64_t>>> Branches::reply_counts(base::Loop& loop, model::Principal who,
                                                                         std::string thread_id,
                                                                         std::vector<std::string> message_ids) {
  using Counts = std::map<std::string, std::int64_t>;
  const auto read = database_.read(loop, [who, thread_id, message_ids](store::Session& session) -> Result<Counts> {
    if (const auto thread = find_own(session, who, thread_id); !thread) return fail(thread.error());
    Counts counts;
    store::Conversations conversations(session);
    for (const auto& id : message_ids) {
      if (const auto message = conversations.find_message(who.scope, thread_id, id)) counts[id] = message->reply_count;
    }
    return counts;
  });
  co_return co_await read;
}

Task<Result<BranchView>> Branches::view(base::Loop& loop, model::Principal who, std::string thread_id) {
  const auto read = database_.read(loop, [who, thread_id](store::Session& session) -> Result<BranchView> {
    if (const auto thread = find_own(session, who, thread_id); !thread) return fail(thread.error());
    store::Conversations conversations(session);
    return BranchView{conversations.messages(who.scope, thread_id, kMaxShown, 0),
                      conversations.count_messages(who.scope, thread_id),
                      conversations.forks(who.scope, who.user_id, thread_id)};
  });
  co_return co_await read;
}

}  // namespace platos::agent
