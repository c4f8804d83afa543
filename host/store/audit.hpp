// Who did what to credentials and to organizations. Rows are only added.
#pragma once

#include <string>
#include <vector>

#include "model/scope.hpp"
#include "model/tenancy.hpp"
#include "store/session.hpp"

namespace platos::store {

/// A view on a session; made where it is used. Throws SqlError.
class AuditLog {
 public:
  explicit AuditLog(Session& session) : session_(session) {}
  /// In the transaction of what it tells about.
  void append(const model::SystemScope&, const model::AuditEntry& entry);
  /// Newest first.
  std::vector<model::AuditEntry> list(const model::SystemScope&, const std::string& organization_id, std::int64_t limit,
                                      std::int64_t offset);
  std::int64_t count(const model::SystemScope&, const std::string& organization_id);

 private:
  Session& session_;
};

}  // namespace platos::store
