// Connected entities: customers' backends whose tools agents call.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/logger.hpp"
#include "entities/links.hpp"
#include "entities/shelf.hpp"
#include "ports/scoped_tools.hpp"
#include "store/database.hpp"

namespace platos::entities {

/// What a registration did, for the backend.
struct Enrolled {
  store::EntityToolChange change;
  std::vector<Rejection> rejected;
};

/// Internally synchronised. Tools are stored: they are offered while their entity is away, too, and calls then fail
/// with "entity_offline". Changes by other hosts are seen within two seconds.
class Entities final : public ports::ScopedTools {
 public:
  Entities(store::Database& database, const base::Clock& clock, std::string host_id, base::Logger& logger)
      : database_(database), host_id_(std::move(host_id)), logger_(logger), links_(clock) {}

  bool owns(std::string_view instance) const override;
  Task<Result<std::vector<model::Tool>>> tools_of(base::Loop& loop, model::Scope scope,
                                                  model::AgentConfig agent) override;
  /// Waits for the answer of one call, and before it up to ten seconds for a backend that was there a minute ago: one
  /// that is started again, or comes back after this process was. A connection that is lost meanwhile is Unavailable
  /// "entity_connection_lost": callers may repeat what bears it, with the same key. Deadline "entity_timeout";
  /// FailedPrecondition "entity_offline", "user_required"; PermissionDenied "agent_not_linked"; Aborted "tool_failed"
  /// with what it says.
  Task<Result<std::string>> invoke(base::Loop& loop, ports::CallContext context, std::string instance, std::string tool,
                                   std::string arguments_json, base::CancelToken cancel) override;

  /// A frame `tool_register` of a connection: what it declares is what its entity offers, besides what its entity's
  /// other connections do. Errors of read_registration() and of the database.
  Task<Result<Enrolled>> enroll(base::Loop& loop, tenancy::EntityGuest guest, std::string link_id, model::Json frame);

  /// What is offered in an environment now.
  Task<Result<std::shared_ptr<const Shelf>>> shelf_of(base::Loop& loop, model::Scope scope);
  /// Something of an entity changed.
  void forget();

  Links& links() { return links_; }

 private:
  Task<Result<std::string>> call(base::Loop& loop, const OutgoingCall& call, std::string entity_row,
                                 std::int64_t timeout_ms, base::CancelToken cancel);
  Task<Result<std::string>> call_once(base::Loop& loop, const OutgoingCall& call, std::string entity_row,
                                      std::int64_t due_us, base::CancelToken cancel);
  Task<void> await_return(base::Loop& loop, const OutgoingCall& call, std::string entity_row, std::uint64_t seen,
                          std::int64_t until_us, base::CancelToken cancel);

  store::Database& database_;
  const std::string host_id_;
  base::Logger& logger_;
  Links links_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const Shelf>> shelves_;  // by environment
  std::uint64_t generation_ = 0;                                 // rises with forget()
};

}  // namespace platos::entities
