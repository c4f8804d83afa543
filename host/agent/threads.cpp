#include "agent/threads.hpp"

#include <algorithm>

#include "agent/agents.hpp"
#include "agent/idempotency.hpp"
#include "base/text.hpp"
#include "model/json.hpp"

namespace platos::agent {
namespace {

constexpr std::size_t kMaxTitleBytes = 200;
constexpr std::size_t kMaxTags = 20;
constexpr std::ptrdiff_t kMaxTagCharacters = 50;

/// Trimmed, in lower case, each once.
Result<std::vector<std::string>> clean_tags(const std::vector<std::string>& given) {
  std::vector<std::string> tags;
  for (const auto& each : given) {
    const std::string tag = base::to_lower(base::trim(each));
    if (tag.empty() || std::find(tags.begin(), tags.end(), tag) != tags.end()) continue;
    const auto characters = std::count_if(tag.begin(), tag.end(), [](char c) { return (c & 0xC0) != 0x80; });
    const bool one_line = tag.find_first_of(std::string_view("\n\r\0", 3)) == std::string::npos;
    if (characters > kMaxTagCharacters || !one_line || !base::is_valid_utf8(tag))
      return fail(model::invalid_field("tags", "texts of one line with at most 50 characters", base::printable(tag)));
    tags.push_back(tag);
  }
  if (tags.size() <= kMaxTags) return tags;
  return fail(model::invalid_field("tags", "at most 20", std::to_string(tags.size())));
}

}  // namespace

std::string clean_title(std::string title) {
  std::replace_if(
      title.begin(), title.end(), [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return std::string(base::cut_utf8(base::trim(title), kMaxTitleBytes));
}

Error thread_not_found(const std::string& id) {
  return {
      ErrorKind::NotFound, "thread_not_found", "there is no thread \"" + base::printable(id, 80) + "\"", false, 0, {}};
}

Task<Result<model::Thread>> Threads::create(base::Loop& loop, model::Principal who, std::string agent,
                                            std::string title, std::string key) {
  if (auto fits = check_key(key); !fits) co_return fail(fits.error());
  const store::IdempotencyRow keyed{
      who.user_id, "POST threads", key, base::sha256_hex(model::dump({agent, title})), {}, 0};
  model::Thread thread;
  thread.id = ids_.make("thr");
  thread.user_id = who.user_id;
  thread.title = clean_title(std::move(title));
  thread.created_us = thread.updated_us = loop.clock().wall_us();
  const auto write =
      database_.write(loop, [who, agent, thread, keyed](store::Session& session) -> Result<model::Thread> {
        store::Conversations conversations(session);
        const auto earlier = made_by_key(session, who.scope, keyed, thread.created_us);
        if (!earlier) return fail(earlier.error());
        if (*earlier) {
          auto made = conversations.find_thread(who.scope, who.user_id, **earlier);
          if (made && who.is_kept_from(made->agent_id)) return fail(agent_scope_mismatch());
          if (made) return std::move(*made);
        }
        const auto found = find_agent_head(session, who.scope, agent);
        if (!found) return fail(agent_not_found(agent));
        if (who.is_kept_from(found->id)) return fail(agent_scope_mismatch());
        model::Thread made = thread;
        made.agent_id = found->id;
        conversations.insert_thread(who.scope, made);
        keep_key(session, who.scope, keyed, made.id, made.created_us);
        return made;
      });
  co_return co_await write;
}

Task<Result<model::Thread>> Threads::find(base::Loop& loop, model::Principal who, std::string id) {
  const auto read = database_.read(loop, [who, id](store::Session& session) -> Result<model::Thread> {
    const auto thread = store::Conversations(session).find_thread(who.scope, who.user_id, id);
    if (!thread || who.is_kept_from(thread->agent_id)) return fail(thread_not_found(id));
    return *thread;
  });
  co_return co_await read;
}

Task<Result<ThreadPage>> Threads::list(base::Loop& loop, model::Scope scope, store::ThreadFilter filter) {
  const auto read = database_.read(loop, [scope, filter](store::Session& session) -> Result<ThreadPage> {
    store::Conversations conversations(session);
    return ThreadPage{conversations.list_threads(scope, filter), conversations.count_threads(scope, filter)};
  });
  co_return co_await read;
}

Task<Result<model::Thread>> Threads::update(base::Loop& loop, model::Principal who, std::string id, ThreadPatch patch) {
  if (patch.tags) {
    auto tags = clean_tags(*patch.tags);
    if (!tags) co_return fail(tags.error());
    patch.tags = std::move(*tags);
  }
  const auto write = database_.write(
      loop, [who, id, patch, now = loop.clock().wall_us()](store::Session& session) -> Result<model::Thread> {
        store::Conversations conversations(session);
        auto thread = conversations.find_thread(who.scope, who.user_id, id);
        if (!thread || who.is_kept_from(thread->agent_id)) return fail(thread_not_found(id));
        if (patch.title) thread->title = clean_title(*patch.title);
        if (patch.archived) {
          thread->state = *patch.archived ? "archived" : "active";
          thread->archived_us = *patch.archived ? now : 0;
        }
        const bool pin = patch.toggle_pin ? thread->pinned_us == 0 : patch.pinned.value_or(thread->pinned_us != 0);
        if (pin != (thread->pinned_us != 0)) thread->pinned_us = pin ? now : 0;
        thread->updated_us = now;
        conversations.update_thread(who.scope, *thread);
        if (patch.tags) {
          thread->tags = *patch.tags;
          conversations.set_tags(who.scope, id, thread->tags);
        }
        return *thread;
      });
  co_return co_await write;
}

Task<Result<MessagePage>> Threads::messages(base::Loop& loop, model::Principal who, std::string id, std::int64_t limit,
                                            std::int64_t offset) {
  const auto read = database_.read(loop, [=](store::Session& session) -> Result<MessagePage> {
    store::Conversations conversations(session);
    const auto thread = conversations.find_thread(who.scope, who.user_id, id);
    if (!thread || who.is_kept_from(thread->agent_id)) return fail(thread_not_found(id));
    return MessagePage{conversations.messages(who.scope, id, limit, offset),
                       conversations.count_messages(who.scope, id)};
  });
  co_return co_await read;
}

}  // namespace platos::agent
