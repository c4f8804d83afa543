// Whose data, and who asks: every tenant query takes a Scope, and does not compile without one.
#pragma once

#include <cstdint>
#include <string>

namespace platos::agent {
class MessageIndexer;
}
namespace platos::engine {
class Engine;
}
namespace platos::governance {
class RateSync;
}
namespace platos::store {
class Connection;
}
namespace platos::tenancy {
class Bootstrap;
class Tenant;
}  // namespace platos::tenancy

namespace platos::model {

/// One environment of one project of one organization. Immutable value.
struct Scope {
  std::string organization_id;
  std::string project_id;
  std::string environment_id;

  bool operator==(const Scope&) const = default;
};

/// Permission to work across tenants. Only the engine (claim, take-over, sweep), tenancy (credentials, bootstrap), the
/// counters of rate limits, the upkeep of the full-text index and the store's own can make one.
class SystemScope {
 private:
  friend class agent::MessageIndexer;
  friend class engine::Engine;
  friend class governance::RateSync;
  friend class tenancy::Bootstrap;
  friend class tenancy::Tenant;
  friend class store::Connection;
  friend struct SystemScopeForTest;
  SystemScope() = default;
};

/// What a principal may do. A route names those of which one is enough.
using Rights = std::uint32_t;
inline constexpr Rights kChat = 1;       ///< talk to agents, in threads of one's own
inline constexpr Rights kRead = 2;       ///< see how the environment is set up, and what happened in it
inline constexpr Rights kWrite = 4;      ///< change agents
inline constexpr Rights kAdmin = 8;      ///< keys, tokens, entities, variables, members, environments
inline constexpr Rights kOwner = 16;     ///< the organization itself, and its owners
inline constexpr Rights kOperator = 32;  ///< the installation: all organizations, plugins, the master key
inline constexpr Rights kAllRights = 63;

/// Who acts, and where. Made by tenancy from credentials.
struct Principal {
  Scope scope;
  std::string user_id;
  Rights rights = 0;
  std::string agent_id = {};    ///< not empty: bound to this agent, on every route
  std::string actor = {};       ///< for the audit: "admin_key", "token:pat_1", "access_key:env_1", "session:ent_1"
  bool is_proven = false;       ///< user_id is whom the credential was made for; else whoever holds it names anybody
  std::string user_token = {};  ///< the customer's own token, passed through to entities; never logged
  std::string address = {};     ///< where the request came from
  std::string request_id = {};
  std::int64_t expires_us = 0;    ///< when the credentials do; 0: never
  std::string profile_json = {};  ///< what a session token says of the user: {name?, email?}; empty: nothing

  bool may(Rights any_of) const { return (rights & any_of) != 0; }
  /// Bound to an agent, and this is another.
  bool is_kept_from(const std::string& agent) const { return !agent_id.empty() && agent_id != agent; }
};

}  // namespace platos::model
