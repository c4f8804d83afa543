// What the last turns left behind, so that the next ones need not ask the store before they begin.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "agent/turn_setting.hpp"
#include "model/agent.hpp"
#include "model/scope.hpp"

namespace platos::agent {

/// Internally synchronised. Never trusted: a turn that begins with what stands here proves in its accepting commit that
/// agent and thread are still the same, and begins again with the store's word when they are not.
class RecentThreads {
 public:
  struct Entry {
    model::Thread thread;
    StoredSetting setting;
  };

  /// At most `max_bytes` of conversations, those used last.
  explicit RecentThreads(std::int64_t max_bytes) : max_bytes_(max_bytes) {}

  /// After a turn: its thread with its history, the turn itself included.
  void put(const model::Scope& scope, Entry entry);
  /// Hands an entry over: the turn that takes it will put a newer one. Only threads of this user.
  std::optional<Entry> take(const model::Scope& scope, const std::string& user_id, const std::string& thread_id);

  /// What an agent's name stood for.
  void put_head(const model::Scope& scope, const std::string& id_or_slug, model::AgentHead head);
  std::optional<model::AgentHead> head(const model::Scope& scope, const std::string& id_or_slug) const;
  void forget_head(const model::Scope& scope, const std::string& id_or_slug);

 private:
  using Key = std::pair<std::string, std::string>;  // environment; thread id or the agent's name
  struct Kept {
    Key key;
    Entry entry;
    std::int64_t bytes = 0;
  };
  using Order = std::list<Kept>;  // used last first
  void erase(std::map<Key, Order::iterator>::iterator found);

  const std::int64_t max_bytes_;
  mutable std::mutex mutex_;
  Order order_;
  std::map<Key, Order::iterator> threads_;
  std::int64_t bytes_ = 0;
  std::map<Key, model::AgentHead> heads_;
};

}  // namespace platos::agent
