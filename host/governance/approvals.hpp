// People decide: what is open, who may say what, and waking the run that waits.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/task.hpp"
#include "engine/engine.hpp"
#include "model/approval.hpp"
#include "store/approvals.hpp"
#include "store/database.hpp"

namespace platos::governance {

/// What a person says. An edit comes only with an approval.
struct ApprovalDecision {
  bool approved = false;
  std::string comment;
  std::optional<model::Json> edited_arguments;
  std::string request_hash;  ///< what the person saw; empty: not said
};

struct ApprovalPage {
  std::vector<model::Approval> approvals;
  std::int64_t total = 0;
  std::int64_t pending = 0;  ///< of all that this caller may see
};

/// Internally synchronised; used from all loops.
///
/// An end user sees what the own turns asked; whoever may read or change the environment sees all of it.
class Approvals {
 public:
  Approvals(engine::Engine& engine, store::Database& database, base::IdMaker& ids)
      : engine_(engine), database_(database), ids_(ids) {}

  Task<Result<ApprovalPage>> list(base::Loop& loop, model::Principal who, store::ApprovalFilter filter);

  /// NotFound "approval_not_found", also for another scope's and another user's.
  Task<Result<model::Approval>> find(base::Loop& loop, model::Principal who, std::string id);

  /// One person's word. The approval as it is afterwards: still pending when more people must agree. A refusal ends it;
  /// an edit voids what others said of the former arguments. The word, the audit's row and the run's wake-up are one
  /// commit.
  /// Errors: NotFound "approval_not_found"; PermissionDenied "approval_role"; Conflict "approval_resolved",
  /// "approval_expired", "approval_changed" (not what the person saw, or an edit approved unseen), "already_decided"
  /// (by the same person or key); InvalidArgument "invalid_field", "invalid_arguments" (an edit that the tool's schema
  /// refuses).
  Task<Result<model::Approval>> decide(base::Loop& loop, model::Principal who, std::string id,
                                       ApprovalDecision decision);

 private:
  engine::Engine& engine_;
  store::Database& database_;
  base::IdMaker& ids_;
};

}  // namespace platos::governance
