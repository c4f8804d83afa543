// A daemon with people of several roles: each is known by the headers that it sends.
#pragma once

#include <string>
#include <vector>

#include "integration/api_stage.hpp"

namespace platos::tests {

struct People : ApiStage {
  using Headers = std::vector<std::string>;

  explicit People(std::vector<std::string> arguments = {}, const std::map<std::string, std::string>& manifests = {})
      : ApiStage(with_no_limit(std::move(arguments)), manifests) {}

  /// The administrator's key, on behalf of a user.
  static Headers as(const std::string& user) { return {"X-Platos-User-Id: " + user}; }
  static Headers in(const std::string& environment) { return {"X-Platos-Environment-Id: " + environment}; }

  /// A member of the organization: owner, admin, member or viewer.
  Headers member(const std::string& role) const { return member(role, role); }
  Headers member(const std::string& name, const std::string& role) const {
    const std::string user =
        made("POST", "/api/v1/organizations/org_default/members", {{"name", name}, {"role", role}})["userId"];
    const Json token = made("POST", "/api/v1/tokens", {{"name", name}, {"userId", user}, {"role", role}});
    return {"Authorization: Bearer " + token["token"].get<std::string>(), "X-Platos-Environment-Id: env_default"};
  }

  /// Somebody who may chat and nothing else.
  /// `claims`: what the token says besides.
  Headers end_user(const std::string& user, const Json& claims = Json::object()) {
    if (entity_secret_.empty()) {
      entity_secret_ = made("POST", "/api/v1/agent/entities", {{"entityId", "shop"}})["serviceSecret"];
      access_key_ = made("POST", "/api/v1/agent/access-key/generate", Json())["key"];
    }
    const Json asked = {{"organizationId", "org_default"},
                        {"projectId", "prj_default"},
                        {"environmentId", "env_default"},
                        {"userId", user},
                        {"claims", claims},
                        {"ttlSeconds", 3600}};
    const Json token =
        made("POST", "/api/v1/entities/shop/session-tokens", asked, {"Authorization: Bearer " + entity_secret_});
    return {"Authorization:", "X-Platos-Session-Token: " + token["token"].get<std::string>(),
            "X-Platos-Api-Key: " + access_key_};
  }

 private:
  static std::vector<std::string> with_no_limit(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--set", "limits.user_per_minute=0"});
    return arguments;
  }

  std::string entity_secret_;
  std::string access_key_;
};

}  // namespace platos::tests
