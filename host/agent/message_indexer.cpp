#include "agent/message_indexer.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "agent/word_hashes.hpp"
#include "base/failpoint.hpp"
#include "base/task_set.hpp"
#include "store/message_index.hpp"

namespace platos::agent {
namespace {

constexpr std::int64_t kElsewhereUs = 1'000'000;
constexpr std::int64_t kFailedUs = 2'000'000;

using Fence = store::SearchProgress::Fence;

}  // namespace

/// What one look found, and what it makes of the index.
struct MessageIndexer::Plan {
  struct Entry {
    store::SearchDocument document;
    std::string words;
  };
  store::SearchProgress next;
  std::int64_t cursor = 0;
  bool changes = false;
  bool new_fence = false;
  bool more = false;
  bool elsewhere = false;
  std::vector<store::UnindexedMessage> settled;
  std::vector<store::UnindexedMessage> awaited;
  std::vector<std::string> unreadable;
  std::vector<Entry> entries;
  std::map<std::pair<std::string, std::string>, store::SearchUser> users;
};

struct MessageIndexer::Batch {
  std::int64_t room = 0;
  std::vector<store::UnindexedMessage> messages;

  /// Where it ends, of a range up to `until`.
  std::int64_t add(store::UnindexedPage page, std::int64_t until) {
    const std::int64_t end = page.complete ? until : page.messages.back().place;
    room = page.complete ? room - static_cast<std::int64_t>(page.messages.size()) : 0;
    std::move(page.messages.begin(), page.messages.end(), std::back_inserter(messages));
    return end;
  }
};

Task<void> MessageIndexer::run(base::Loop& loop, base::CancelToken stop) {
  bool failing = false;
  std::int64_t wait_us = options_.every_us;
  for (;;) {
    const bool elapsed = co_await base::sleep_for(loop, wait_us, stop);
    if (!elapsed) co_return;
    const auto done = co_await step(loop);
    if (!done && !failing) logger_.warn("agent", "messages are not indexed", {{"reason", done.error().message}});
    failing = !done;
    wait_us = options_.every_us;
    if (failing) {
      wait_us = kFailedUs;
    } else if (*done == Outcome::More) {
      wait_us = options_.pause_us;
    } else if (*done == Outcome::Elsewhere) {
      wait_us = kElsewhereUs;
    }
  }
}

Task<Result<MessageIndexer::Outcome>> MessageIndexer::step(base::Loop& loop) {
  const std::uint64_t writes = database_.writes();
  if (!database_.is_shared() && writes == quiet_at_) co_return Outcome::Done;
  const auto read = database_.read(
      loop, [this, cursor = cursor_, now = loop.clock().wall_us()](store::Session& session) -> Result<Plan> {
        return look(session, cursor, now);
      });
  const auto plan = co_await read;
  if (!plan) co_return fail(plan.error());
  if (plan->elsewhere) co_return Outcome::Elsewhere;
  for (const auto& id : plan->unreadable)
    logger_.warn("agent", "a message does not open, and is not found by search", {{"message", id}});
  if (plan->changes) {
    base::failpoint("index.before_write");
    const auto writing =
        database_.write(loop, [plan = *plan](store::Session& session) { return write(session, plan); });
    const auto written = co_await writing;
    if (!written) co_return fail(written.error());
    if (!*written) co_return Outcome::Elsewhere;
  }
  cursor_ = plan->cursor;
  if (plan->more) co_return Outcome::More;
  if (!plan->changes) quiet_at_ = writes;
  co_return Outcome::Done;
}

Result<MessageIndexer::Plan> MessageIndexer::look(store::Session& session, std::int64_t cursor,
                                                  std::int64_t now_us) const {
  const model::SystemScope system;
  store::MessageIndex index(session);
  Plan plan;
  plan.next = index.progress(system);
  const store::SearchProgress former = plan.next;
  const bool leased = former.lease_until_us > now_us && former.lease_until_us <= now_us + options_.lease_us;
  if (leased && former.lease_owner != options_.host_id) {
    plan.elsewhere = true;
    return plan;
  }
  // Places that were given anew, by a restored or compacted database: what is in the index is passed over.
  if (!former.seen_id.empty() && !index.stands_at(system, former.seen, former.seen_id)) {
    plan.next.seen = 0;
    cursor = 0;
  }
  plan.cursor = std::max(cursor, plan.next.seen);
  Batch batch;
  batch.room = options_.batch;
  auto settled = index.settled(system, options_.batch, options_.batch_bytes);
  plan.settled = settled.messages;
  batch.add(std::move(settled), 0);
  look_for_late_ones(session, plan, batch);
  look_for_new_ones(session, plan, batch);
  const auto last = index.last_until(system, plan.next.seen);
  if (!database_.is_shared()) plan.next.seen = last ? last->place : 0;  // on a gap an id could come to stand later
  plan.next.seen_id = last && last->place == plan.next.seen ? last->id : "";
  plan.next.lease_owner = options_.host_id;
  plan.next.lease_until_us = now_us + options_.lease_us;
  enter(session, plan, batch);
  plan.more = plan.more || batch.room <= 0;
  plan.changes = !batch.messages.empty() || plan.new_fence || plan.next.seen != former.seen ||
                 plan.next.seen_id != former.seen_id || plan.next.fence != former.fence;
  return plan;
}

// Behind the fence, now that nothing can come in there any more.
void MessageIndexer::look_for_late_ones(store::Session& session, Plan& plan, Batch& batch) const {
  if (plan.next.fence_state == Fence::Foreign) plan.next.fence = 0;
  if (plan.next.fence_state != Fence::Passed || batch.room <= 0) return;
  const std::int64_t until = std::min(plan.next.seen + options_.window, plan.next.fence);
  auto late = store::MessageIndex(session).unindexed(model::SystemScope(), plan.next.seen, until, batch.room,
                                                     options_.batch_bytes);
  plan.next.seen = batch.add(std::move(late), until);
  plan.more = plan.next.seen < plan.next.fence;
  if (!plan.more) plan.next.fence = 0;
}

void MessageIndexer::look_for_new_ones(store::Session& session, Plan& plan, Batch& batch) const {
  const model::SystemScope system;
  store::MessageIndex index(session);
  const auto newest = index.last_until(system, INT64_MAX);
  if (newest && newest->place > plan.cursor && batch.room > 0) {
    const std::int64_t until = std::min(plan.cursor + options_.window, newest->place);
    auto found = index.unindexed(system, plan.cursor, until, batch.room, options_.batch_bytes);
    plan.cursor = batch.add(std::move(found), until);
    plan.more = plan.more || plan.cursor < newest->place;
  }
  if (!database_.is_shared()) {
    plan.next.seen = plan.cursor;  // with one writer nothing comes later to an earlier place
  } else if (plan.next.fence == 0 && plan.cursor > plan.next.seen) {
    plan.next.fence = plan.cursor;
    plan.new_fence = true;
  }
}

void MessageIndexer::enter(store::Session& session, Plan& plan, const Batch& batch) {
  for (const auto& message : batch.messages) {
    if (message.state == "pending") plan.awaited.push_back(message);
    if (message.state == "active" && !message.readable) plan.unreadable.push_back(message.id);
    if (message.state != "active" || !message.readable) continue;
    WordCounts counted = count_words(message.content);
    if (counted.words.empty()) continue;
    const auto [known, is_new] = plan.users.try_emplace({message.scope.environment_id, message.user_id});
    store::SearchUser& user = known->second;
    if (is_new) {
      user = store::MessageIndex(session)
                 .user(message.scope, message.user_id)
                 .value_or(store::SearchUser{message.scope.environment_id, message.user_id});
    }
    counted.words.push_back(word_of_agent(message.agent_id));
    const std::int64_t shelf = user.documents / kDocumentsPerShelf;
    const auto hashes = hashes_on_shelf(session, message.scope, message.user_id, shelf, counted.words);
    auto& [document, words] = plan.entries.emplace_back();
    document.doc = ++plan.next.documents;
    document.environment_id = message.scope.environment_id;
    document.user_id = message.user_id;
    document.number = user.documents++;
    document.agent_id = message.agent_id;
    document.message_id = message.id;
    document.length = counted.length;
    document.repeated = encode_repeated(hashes, counted.counts);
    user.words += counted.length;
    for (const auto& hash : hashes) words += (words.empty() ? "" : " ") + hash;
  }
}

Result<bool> MessageIndexer::write(store::Session& session, const Plan& plan) {
  const model::SystemScope system;
  store::MessageIndex index(session);
  if (!index.advance(system, plan.next, plan.new_fence)) return false;
  for (const auto& message : plan.settled) index.settle(system, message);
  for (const auto& message : plan.awaited) index.await(system, message);
  for (const auto& [document, words] : plan.entries) index.put(system, document, words);
  for (const auto& [key, user] : plan.users) index.put(system, user);
  return true;
}

}  // namespace platos::agent
