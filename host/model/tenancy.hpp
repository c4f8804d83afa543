// Who owns what: organizations, projects, environments, users, and what they show to get in. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace platos::model {

struct Organization {
  std::string id;
  std::string slug;
  std::string name;
  std::int64_t created_us = 0;
};

struct Project {
  std::string id;
  std::string organization_id;
  std::string slug;
  std::string name;
  std::int64_t created_us = 0;
};

struct Environment {
  std::string id;
  std::string organization_id;
  std::string project_id;
  std::string slug;
  std::string type;  ///< DEVELOPMENT, STAGING, PREVIEW or PRODUCTION
  std::string name;
  std::int64_t created_us = 0;
};

struct User {
  std::string id;
  std::string name;
  std::string email;  ///< empty: none
  std::int64_t created_us = 0;
};

/// A user's role in one organization: owner, admin, member or viewer.
struct Membership {
  std::string organization_id;
  std::string user_id;
  std::string role;
  std::int64_t created_us = 0;
  User user = {};  ///< filled in by lists
};

/// The one key of an environment for servers that call it; only its hash is kept.
struct AccessKey {
  std::string environment_id;
  std::string hash;
  std::string prefix;
  std::vector<std::string> origins;  ///< that may send it from a browser; empty: any
  std::int64_t created_us = 0;
  std::int64_t last_used_us = 0;
};

/// A user's token for programs; only its hash is kept.
struct PersonalToken {
  std::string id;
  std::string organization_id;
  std::string user_id;
  std::string name;
  std::string prefix;
  std::string hash;
  std::string role;  ///< at most this, and at most the user's own
  std::int64_t created_us = 0;
  std::int64_t expires_us = 0;    ///< 0: never
  std::int64_t last_used_us = 0;  ///< 0: never
  std::int64_t revoked_us = 0;    ///< 0: it is not
};

/// A customer's backend: it signs session tokens and, connected, offers tools.
struct Entity {
  std::string id;
  std::string organization_id;
  std::string project_id;
  std::string entity_id;  ///< chosen by the customer, unique in the project
  std::string name;
  std::vector<std::string> origins;
  std::string secret;
  std::string former_secret;  ///< good until former_until_us
  std::int64_t former_until_us = 0;
  std::int64_t created_us = 0;
  std::int64_t updated_us = 0;
  std::vector<std::string> linked_agents = {};  ///< ids of those that may use its tools; empty: all
  bool has_test_credentials = false;            ///< read with the row; written by Credentials alone
};

/// A user of a customer, known by the id that the customer gave.
struct EndUser {
  std::string id;
  std::string profile_json;  ///< name, email, metadata
  std::int64_t created_us = 0;
  std::int64_t last_seen_us = 0;
};

struct EnvironmentVariable {
  std::string name;
  std::string value;
  bool secret = false;
  std::int64_t updated_us = 0;
};
struct VariableChange {
  std::string name;
  std::string value;
  std::optional<bool> secret = {};  ///< nothing: one that is there stays what it is, a new one is none
};

/// Who did what to whom.
struct AuditEntry {
  std::string id;
  std::string organization_id;
  std::string environment_id;  ///< empty: of the organization
  std::string actor;
  std::string action;   ///< "entity.secret.rotate"
  std::string subject;  ///< an id
  std::string detail_json;
  std::string address;
  std::string request_id;
  std::int64_t created_us = 0;
};

}  // namespace platos::model
