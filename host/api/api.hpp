// The REST API: from requests to the rooms that do the work.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/agents.hpp"
#include "agent/branches.hpp"
#include "agent/models.hpp"
#include "agent/provider_checks.hpp"
#include "agent/search.hpp"
#include "agent/threads.hpp"
#include "agent/turns.hpp"
#include "api/admission.hpp"
#include "api/replays.hpp"
#include "api/route.hpp"
#include "api/sockets/thread_rooms.hpp"
#include "base/logger.hpp"
#include "base/shared_value.hpp"
#include "engine/engine.hpp"
#include "entities/entities.hpp"
#include "extension/plugin_host.hpp"
#include "governance/approvals.hpp"
#include "governance/history.hpp"
#include "ingress/engine_io/session.hpp"
#include "skills/importer.hpp"
#include "skills/skill_tools.hpp"
#include "store/database.hpp"
#include "telemetry/metrics.hpp"
#include "tenancy/administration.hpp"
#include "tenancy/authenticator.hpp"
#include "tenancy/environments.hpp"
#include "tenancy/keys.hpp"
#include "tenancy/master_key.hpp"
#include "tools/administration.hpp"
#include "tools/trials.hpp"

namespace platos::api {

struct ApiOptions {
  std::size_t max_body_bytes = 1024 * 1024;
  std::int64_t heartbeat_us = 15'000'000;
  std::int64_t deferred_max_us = 330'000'000;
  std::vector<std::string> cors_origins;
  ingress::EngineOptions sockets = {};
  std::int64_t socket_recheck_us = 60'000'000;
};

/// What handlers use. Everything outlives the API.
struct Services {
  agent::Agents& agents;
  agent::Threads& threads;
  agent::Branches& branches;
  agent::Search& search;
  agent::Turns& turns;
  agent::Providers& providers;
  agent::ProviderChecks& provider_checks;
  const agent::Models& models;
  engine::Engine& engine;
  store::Database& database;
  const extension::PluginHost& plugins;
  tenancy::Authenticator& authenticator;
  governance::RateLimits& limits;
  tenancy::Administration& administration;
  tenancy::Keys& keys;
  tenancy::Environments& environments;
  tenancy::MasterKey& master_key;
  governance::Approvals& approvals;
  ThreadRooms& rooms;
  Replays& replays;
  const telemetry::Metrics& metrics;
  base::Logger& logger;
  const tools::Catalogue& catalogue;
  tools::Administration& tools;
  tools::Trials& trials;
  skills::Skills& skills;
  skills::SkillTools& skill_tools;
  const skills::Importer& skill_importer;
  base::WorkerPool& blocking;  ///< for what would hold a loop up
  entities::Entities& entities;
  governance::History& history;
};

class EntityServer;
class SocketServer;

/// Internally synchronised; used from all loops.
class Api {
 public:
  Api(Services services, ApiOptions options);
  ~Api();

  /// The handler of the HTTP front: routes, authenticates, logs, turns every error into an answer.
  Task<ingress::Response> handle(ingress::Request request) const;
  /// The answer to a request that the front refused.
  ingress::Response refuse(const Error& error, const std::string& request_id) const;

  /// Origins that a browser may call from, from now on.
  void set_cors_origins(std::vector<std::string> origins) { cors_origins_.set(std::move(origins)); }

  const Router& router() const { return router_; }
  /// Clients that are connected by Socket.IO.
  std::size_t socket_sessions() const;
  /// The daemon stops: clients of Socket.IO are told.
  void drain();

 private:
  Task<ingress::Response> dispatch(ingress::Request request) const;
  Result<void> admit_stranger(const Route& route, const ingress::Request& request) const;
  std::vector<Route> with_list(std::vector<Route> routes) const;
  ingress::Response list_routes() const;
  ingress::Response openapi() const;
  Task<bool> origin_allowed(base::Loop& loop, std::string origin) const;
  Task<ingress::Response> preflight(ingress::Request request) const;

  Services services_;
  ApiOptions options_;
  Admission admission_;
  base::SharedValue<std::vector<std::string>> cors_origins_;
  std::unique_ptr<SocketServer> sockets_;
  std::unique_ptr<EntityServer> backends_;
  Router router_;
  std::string openapi_json_;
};

/// The routes of each resource.
std::vector<Route> agent_routes(const Services& services, const ApiOptions& options);
std::vector<Route> thread_routes(const Services& services, const ApiOptions& options);
std::vector<Route> search_routes(const Services& services, const ApiOptions& options);
std::vector<Route> branch_routes(const Services& services, const ApiOptions& options);
std::vector<Route> turn_routes(const Services& services, const ApiOptions& options);
std::vector<Route> provider_routes(const Services& services, const ApiOptions& options);
std::vector<Route> compare_routes(const Services& services, const ApiOptions& options);
std::vector<Route> run_routes(const Services& services, const ApiOptions& options);
std::vector<Route> monitoring_routes(const Services& services, const ApiOptions& options);
std::vector<Route> tool_routes(const Services& services, const ApiOptions& options);
std::vector<Route> agent_tool_routes(const Services& services, const ApiOptions& options);
std::vector<Route> tool_call_routes(const Services& services, const ApiOptions& options);
std::vector<Route> usage_routes(const Services& services, const ApiOptions& options);
std::vector<Route> rating_routes(const Services& services, const ApiOptions& options);
std::vector<Route> approval_routes(const Services& services, const ApiOptions& options);
std::vector<Route> governor_routes(const Services& services, const ApiOptions& options);
std::vector<Route> skill_routes(const Services& services, const ApiOptions& options);
std::vector<Route> later_routes(const Services& services, const ApiOptions& options);
std::vector<Route> system_routes(const Services& services, const ApiOptions& options);
std::vector<Route> tenancy_routes(const Services& services, const ApiOptions& options);
std::vector<Route> entity_routes(const Services& services, const ApiOptions& options);
std::vector<Route> entity_tool_routes(const Services& services, const ApiOptions& options);
std::vector<Route> keys_routes(const Services& services, const ApiOptions& options);

}  // namespace platos::api
