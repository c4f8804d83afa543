// Connected entities: customers' backends whose tools agents call.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/logger.hpp"
#include "base/worker_pool.hpp"
#include "egress/client.hpp"
#include "entities/callback.hpp"
#include "entities/health.hpp"
#include "entities/links.hpp"
#include "entities/shelf.hpp"
#include "entities/tool_rates.hpp"
#include "ports/scoped_tools.hpp"
#include "store/database.hpp"

namespace platos::entities {

struct EntitiesOptions {
  std::string host_id;
  std::vector<std::string> callback_hosts = {};  ///< of the operator: see CallbackRules
  std::int64_t silence_us = 90'000'000;          ///< of a connection; then it is ended
};

/// What a registration did, for the backend.
struct Enrolled {
  store::EntityToolChange change;
  std::vector<Rejection> rejected;
};

/// Internally synchronised. Tools are stored: they are offered while their entity is away, too, and calls then fail
/// with "entity_offline". Changes by other hosts are seen within two seconds.
class Entities final : public ports::ScopedTools {
 public:
  /// The egress client of a loop.
  using ClientOf = std::function<egress::Client&(base::Loop&)>;

  Entities(store::Database& database, const base::Clock& clock, ClientOf client_of, EntitiesOptions options,
           base::Logger& logger)
      : database_(database),
        client_of_(std::move(client_of)),
        host_id_(std::move(options.host_id)),
        callbacks_(options.callback_hosts),
        silence_us_(options.silence_us),
        logger_(logger),
        links_(clock) {}

  bool owns(std::string_view instance) const override;
  Task<Result<std::vector<model::SharedTool>>> tools_of(base::Loop& loop, model::Scope scope,
                                                        model::AgentConfig agent) override;
  /// Waits for the answer of one call. An entity that is not connected here is called back, if it gave an address; if
  /// not, a backend that was there a minute ago is waited for, up to ten seconds: one that is started again, or comes
  /// back after this process was. A connection that is lost meanwhile is Unavailable "entity_connection_lost": callers
  /// may repeat what bears it, with the same key. Deadline "entity_timeout"; FailedPrecondition "entity_offline",
  /// "entity_elsewhere", "tool_down", "user_required" and those of call_back(); PermissionDenied "agent_not_linked";
  /// ResourceExhausted "rate_limit", "entity_busy"; Aborted "tool_failed" with what it says.
  Task<Result<std::string>> invoke(base::Loop& loop, ports::CallContext context, std::string instance, std::string tool,
                                   std::string arguments_json, base::CancelToken cancel) override;

  /// A frame `tool_register` of a connection: what it declares is what its entity offers, besides what its entity's
  /// other connections do. Errors of read_registration() and of the database.
  Task<Result<Enrolled>> enroll(base::Loop& loop, tenancy::EntityGuest guest, std::string link_id, model::Json frame);

  /// What a connection says of the health of its tools. Where it is news it is stored, and all connections of its
  /// entity are told of what is degraded or down. Errors of the database: it is news again with the next heartbeat.
  Task<Result<void>> take_health(base::Loop& loop, tenancy::EntityGuest guest, std::string link_id,
                                 HealthReport report);

  /// What is offered in an environment now.
  Task<Result<std::shared_ptr<const Shelf>>> shelf_of(base::Loop& loop, model::Scope scope);
  /// Something of an entity changed: in one environment, or in all.
  void forget(const std::string& environment_id);
  void forget();

  Links& links() { return links_; }
  std::int64_t silence_us() const { return silence_us_; }
  /// Threads for what backends say, however long it takes to read.
  base::WorkerPool& readers() { return readers_; }

 private:
  /// Where an entity is.
  struct Target {
    std::string row;  // of the entity
    std::string callback_url;
    std::string host_id;
  };
  Result<void> admit(const Shelf::Owner& owner, const EntityTool& tool, const ports::CallContext& context,
                     std::int64_t now_us);
  Task<Result<std::string>> call(base::Loop& loop, const OutgoingCall& call, Target target, std::int64_t timeout_ms,
                                 base::CancelToken cancel);
  Task<Result<std::string>> call_by_http(base::Loop& loop, const OutgoingCall& call, Target target, std::int64_t due_us,
                                         base::CancelToken cancel);
  Task<Result<bool>> is_elsewhere(base::Loop& loop, const Target& target);
  Task<Result<std::string>> call_once(base::Loop& loop, const OutgoingCall& call, std::string entity_row,
                                      std::int64_t due_us, base::CancelToken cancel);
  Task<void> await_return(base::Loop& loop, const OutgoingCall& call, std::string entity_row, std::uint64_t seen,
                          std::int64_t until_us, base::CancelToken cancel);

  Task<Result<store::EntityToolChange>> store_tools(base::Loop& loop, const tenancy::EntityGuest& guest,
                                                    const std::string& link_id, const Registration& registration);

  store::Database& database_;
  const ClientOf client_of_;
  const std::string host_id_;
  const CallbackRules callbacks_;
  const std::int64_t silence_us_;
  base::Logger& logger_;
  Links links_;
  ToolRates rates_;
  std::mutex mutex_;
  struct Kept {
    std::shared_ptr<const Shelf> shelf = std::make_shared<Shelf>();
    std::uint64_t changed_at = 0;
    bool is_fresh = false;
  };
  Kept& kept(const std::string& environment_id);

  std::map<std::string, Kept> shelves_;  // by environment
  std::uint64_t changes_ = 0;            // counted by forget()

  static constexpr std::size_t kReaders = 2;
  static constexpr std::size_t kMaxUnreadFrames = 10'000;
  base::WorkerPool readers_{"entity-reader", kReaders, kMaxUnreadFrames};
};

}  // namespace platos::entities
