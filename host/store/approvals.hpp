// What people are asked, and what each of them said.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/approval.hpp"
#include "store/session.hpp"

namespace platos::store {

struct ApprovalFilter {
  std::string user_id;  ///< empty: of all users
  std::string agent_id;
  std::string thread_id;
  std::string run_id;
  std::string state;
  std::string source;
  std::int64_t since_us = 0;
  std::int64_t limit = 50;
  std::int64_t offset = 0;
};

/// What one person said. Who has approved may still refuse.
struct Vote {
  std::string voter;
  bool approved = false;
  std::string comment;
  std::int64_t at_us = 0;
};

/// A view on a session; made where it is used. Throws SqlError.
class Approvals {
 public:
  explicit Approvals(Session& session) : session_(session) {}

  void insert(const model::Approval& approval);
  std::optional<model::Approval> find(const model::Scope& scope, const std::string& id);
  /// Newest first.
  std::vector<model::Approval> list(const model::Scope& scope, const ApprovalFilter& filter);
  std::int64_t count(const model::Scope& scope, const ApprovalFilter& filter);
  /// Whether the run still has something that nobody has decided.
  bool is_pending(const model::Scope& scope, const std::string& run_id);

  /// False, and nothing is written, when the person approves and has said something already.
  [[nodiscard]] bool vote(const model::Scope& scope, const std::string& id, const Vote& vote);
  std::vector<Vote> votes(const model::Scope& scope, const std::string& id);
  /// Arguments were changed: what was said of the former ones is void.
  void clear_votes(const model::Scope& scope, const std::string& id);
  /// Nobody else decides on a pending one before this transaction has ended.
  void lock(const model::Scope& scope, const std::string& id);
  /// Writes what a decision changes: state, votes, edited arguments, hash, who and when. False, and nothing is written,
  /// when it is not pending any more.
  [[nodiscard]] bool update(const model::Approval& approval);

 private:
  Session& session_;
};

}  // namespace platos::store
