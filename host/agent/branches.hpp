// Other ways to go on with a conversation: forks, edits, retries, replies. Nothing that was said is taken away.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/loop.hpp"
#include "base/task.hpp"
#include "governance/chain.hpp"
#include "model/agent.hpp"
#include "model/scope.hpp"
#include "store/database.hpp"

namespace platos::agent {

/// The newest of one message, at most kMostReplies, oldest first.
struct Replies {
  std::vector<model::Message> messages;
  std::int64_t total = 0;
};
inline constexpr std::int64_t kMostReplies = 1000;

/// An answer that gives way, and the question that is to be asked again.
struct Retry {
  model::Message question;
  model::Message answer;
};

/// A thread with everything that was ever its main line, and the threads that were made of it.
struct BranchView {
  std::vector<model::Message> messages;  ///< the first 1,000, revisions and what they replaced among them
  std::int64_t total = 0;                ///< of messages
  std::vector<model::Thread> forks;
};

/// Internally synchronised: state is in the database. Only threads of the principal's own user are found. NotFound
/// "thread_not_found", "message_not_found" hold for all.
class Branches {
 public:
  Branches(store::Database& database, base::IdMaker& ids, const governance::Chain& chain)
      : database_(database), ids_(ids), chain_(chain) {}

  /// A new thread with copies of the messages up to this one, and of the summary, if it reaches no further. Conflict
  /// "message_not_active", "fork_limit" (10 forks of one thread that are not archived).
  Task<Result<model::Thread>> fork(base::Loop& loop, model::Principal who, std::string thread_id,
                                   std::string message_id, std::string title);
  /// A revision of the user's message takes its place; it and all that followed are edited out. No turn begins.
  /// Conflict "turn_in_progress", "message_not_active"; InvalidArgument "invalid_field" for another's message;
  /// PermissionDenied "PII_BLOCKED", "approval_required", "safety_blocked" of governors, who see it as they see
  /// messages.
  Task<Result<model::Message>> edit(base::Loop& loop, model::Principal who, std::string thread_id,
                                    std::string message_id, std::string content);
  /// The assistant's answer, and all that followed, are edited out. No turn begins. Errors: edit().
  Task<Result<Retry>> retry(base::Loop& loop, model::Principal who, std::string thread_id, std::string message_id);

  Task<Result<Replies>> replies(base::Loop& loop, model::Principal who, std::string thread_id, std::string message_id);
  /// Messages that are not of the thread are left out.
  Task<Result<std::map<std::string, std::int64_t>>> reply_counts(base::Loop& loop, model::Principal who,
                                                                 std::string thread_id,
                                                                 std::vector<std::string> message_ids);
  Task<Result<BranchView>> view(base::Loop& loop, model::Principal who, std::string thread_id);

 private:
  governance::Judgement judge(const governance::Subject& subject, std::string content) const;

  store::Database& database_;
  base::IdMaker& ids_;
  const governance::Chain& chain_;
};

Error message_not_found(const std::string& id);
Error message_not_active(const std::string& id);

}  // namespace platos::agent
