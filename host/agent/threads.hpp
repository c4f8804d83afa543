// Threads as a service: create, read, rename, archive, and their messages.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/task.hpp"
#include "model/agent.hpp"
#include "model/scope.hpp"
#include "store/conversations.hpp"
#include "store/database.hpp"

namespace platos::agent {

struct ThreadPage {
  std::vector<model::Thread> threads;
  std::int64_t total = 0;
};

struct MessagePage {
  std::vector<model::Message> messages;
  std::int64_t total = 0;
};

/// Absent members stay.
struct ThreadPatch {
  std::optional<std::string> title;
  std::optional<bool> archived;
  std::optional<bool> pinned;
  bool toggle_pin = false;
  std::optional<std::vector<std::string>> tags;  ///< all of them
};

/// Internally synchronised: state is in the database. Only threads of the principal's own user are found.
class Threads {
 public:
  Threads(store::Database& database, base::IdMaker& ids) : database_(database), ids_(ids) {}

  /// A title is cut at 200 characters and loses its line breaks. `key`: an Idempotency-Key, may be empty; a thread that
  /// was made with it within 24 hours is the answer. NotFound "agent_not_found"; PermissionDenied
  /// "agent_scope_mismatch"; Mismatch "idempotency_mismatch"; InvalidArgument "invalid_field".
  Task<Result<model::Thread>> create(base::Loop& loop, model::Principal who, std::string agent, std::string title,
                                     std::string key);
  /// NotFound "thread_not_found".
  Task<Result<model::Thread>> find(base::Loop& loop, model::Principal who, std::string id);
  Task<Result<ThreadPage>> list(base::Loop& loop, model::Scope scope, store::ThreadFilter filter);
  /// InvalidArgument "invalid_field" for tags over the limits: 20 of them, 50 characters each.
  Task<Result<model::Thread>> update(base::Loop& loop, model::Principal who, std::string id, ThreadPatch patch);
  Task<Result<MessagePage>> messages(base::Loop& loop, model::Principal who, std::string id, std::int64_t limit,
                                     std::int64_t offset);

 private:
  store::Database& database_;
  base::IdMaker& ids_;
};

Error thread_not_found(const std::string& id);
/// One line of at most 200 bytes.
std::string clean_title(std::string title);

}  // namespace platos::agent
