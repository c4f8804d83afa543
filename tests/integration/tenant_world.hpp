// An organization with a thread of alice's, and everybody who might ask for it: of her own, of another environment,
// project or organization, revoked, bound to another agent, and nobody.
#pragma once

#include <ctime>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "integration/answering_backend.hpp"
#include "tenancy/session_token.hpp"

namespace platos::tests {

// What the roles amount to, written down a second time on purpose.
inline constexpr unsigned kChat = 1, kRead = 2, kWrite = 4, kAdmin = 8, kOwner = 16, kOperator = 32;
inline constexpr unsigned kNobody = 0;

/// Whose a route's object is.
enum class Of { Nobody, Everybody, Organization, Project, Environment, User };

struct Caller {
  std::string name;
  unsigned rights = 0;
  std::vector<std::string> headers;
  Of sees = Of::User;     ///< own: all; another environment: Project; another project: Organization; else Everybody
  bool is_alice = false;  ///< the user whose the thread and the run are
  bool bound_elsewhere = false;
  long refused = 0;  ///< 401 where nobody is let in
};

struct World : ApiStage {
  std::map<std::string, std::string> ids;
  std::vector<Caller> callers;
  std::string entity_secret;
  std::unique_ptr<AnsweringBackend> backend;  ///< of the entity: shop__ping
  int number = 0;

  Json made(const std::string& path, const Json& body, const std::vector<std::string>& headers = {}) const {
    return ApiStage::made("POST", path, body, headers);
  }
  static std::vector<std::string> in(const std::string& environment) {
    return {"X-Platos-Environment-Id: " + environment};
  }
  static std::string bearer(const std::string& key) { return "Authorization: Bearer " + key; }

  std::string new_environment(const std::string& project) {
    return made("/api/v1/projects/" + project + "/environments", {{"name", "E" + std::to_string(++number)}})["id"];
  }
  std::string access_key(const std::string& environment) const {
    return made("/api/v1/agent/access-key/generate", Json(), in(environment))["key"];
  }
  std::string session_token(const Json& more) const {
    Json body = {{"organizationId", ids.at("org")},
                 {"projectId", ids.at("project")},
                 {"environmentId", ids.at("env")},
                 {"userId", "alice"},
                 {"ttlSeconds", 3600}};
    body.update(more);
    return made("/api/v1/entities/shop/session-tokens", body, {bearer(entity_secret)})["token"];
  }

  /// Of a turn of alice's that waits for it.
  std::string ask_approval() const {
    const std::string call = spelled_call("request_approval", {{"action", "Send the letter"}});
    const Json turn =
        made("/api/v1/agent/agents/" + ids.at("agent") + "/messages", {{"message", call}}, {"X-Platos-User-Id: alice"});
    return turn["events"].back()["approvalId"];
  }
  static Json event_in(const Json& turn, const std::string& type) {
    for (const auto& event : turn["events"]) {
      if (event["type"] == type) return event;
    }
    return {};
  }
  std::string state_of_approval(const std::string& id) const {
    return fetch("/api/v1/agent/monitoring/approvals/" + id).json()["status"];
  }

  World()
      : ApiStage({"--set", "auth.max_failures_per_minute=0", "--set", "limits.user_per_minute=0", "--set",
                  "approvals.max_per_hour=0", "--set", "tools.max_result_bytes=1024"}) {
    ids = {{"org", "org_default"}, {"project", "prj_default"}, {"env", "env_default"}};
    ids["agent"] = agent("mock-toolsay-n1-r0", {{"skills", {"docs"}}});
    const std::string other_agent = agent("mock-n2-r0");
    add_conversation();
    const Json entity = made("/api/v1/agent/entities", {{"entityId", "shop"}});
    ids["entity"] = entity["id"];
    entity_secret = entity["serviceSecret"];
    backend = std::make_unique<AnsweringBackend>(*this, entity_secret);
    made("/api/v1/projects/prj_default/envvars/env_default", {{"name", "V"}, {"value", "v"}});
    call("PUT", "/api/v1/agent/end-users/eu-1", {{"name", "One"}});
    ids["key"] = made("/api/v1/agent/providers/keys",
                      {{"provider", "mistral"}, {"label", "Own"}, {"envVarName", "OWN_KEY"}, {"value", "k"}})["id"];
    made("/api/v1/agent/skills", {{"source", "---\nname: own-skill\ndescription: d\n---\n"}});
    ids["member"] = made("/api/v1/organizations/org_default/members", {{"name", "M"}, {"role", "viewer"}})["userId"];
    ids["audited"] = call("POST", "/api/v1/agent/tools/recall/test", {{"params", {{"query", "x"}}}}).json()["id"];
    const std::string key = access_key("env_default");
    add_own(key, other_agent);
    add_foreign();
    add_nobodies(key);
  }

  void add_conversation() {
    const std::vector<std::string> as_alice = {"X-Platos-User-Id: alice"};
    ids["thread"] = made("/api/v1/agent/threads", {{"agentId", ids["agent"]}}, as_alice)["id"];
    // Calls a tool whose result is too long for models.
    const std::string wish = spelled_call("docs__search", {{"query", "approval"}});
    const Json turn = made("/api/v1/agent/threads/" + ids["thread"] + "/messages", {{"message", wish}}, as_alice);
    ids["run"] = turn["runId"];
    ids["message"] = turn["messageId"];
    ids["call"] = event_in(turn, "tool_call")["callId"];
    ids["approval"] = ask_approval();
  }

  void add_own(const std::string& key, const std::string& other_agent) {
    callers.push_back({"operator", 63, {"X-Platos-User-Id: alice"}, Of::User, true});
    const std::pair<const char*, unsigned> roles[] = {{"owner", 31}, {"admin", 15}, {"member", 7}, {"viewer", 2}};
    for (const auto& [role, rights] : roles) {
      const std::string name = role;
      const std::string user =
          made("/api/v1/organizations/org_default/members", {{"name", name}, {"role", name}})["userId"];
      const Json token = made("/api/v1/tokens", {{"name", name}, {"userId", user}, {"role", name}});
      ids["token"] = token["id"];
      callers.push_back({name, rights, {bearer(token["token"]), in("env_default").front()}, Of::User});
    }
    // The last one is shown to others; what they do to it must not hit a caller.
    ids["token"] = made("/api/v1/tokens", {{"name", "spare"}, {"userId", ids["member"]}, {"role", "viewer"}})["id"];
    const std::string with_key = "X-Platos-Api-Key: " + key;
    const auto session = [&](const Json& more) { return "X-Platos-Session-Token: " + session_token(more); };
    callers.push_back({"session", kChat, {"Authorization:", session(Json::object()), with_key}, Of::User, true});
    callers.push_back(
        {"guest of another agent",
         kChat,
         {"Authorization:", session({{"agentId", other_agent}, {"claims", {{"isGuest", true}}}}), with_key},
         Of::User,
         true,
         true});
    const std::string own_guest = session({{"agentId", ids["agent"]}, {"claims", {{"isGuest", true}}}});
    callers.push_back({"guest of its own agent", kChat, {"Authorization:", own_guest, with_key}, Of::User, true});
    callers.push_back({"access key", 7, {bearer(key), "X-Platos-User-Id: alice"}, Of::User, true});
  }

  void add_foreign() {
    const std::string environment = new_environment("prj_default");
    const std::string project = made("/api/v1/organizations/org_default/projects", {{"name", "Second"}})["id"];
    const std::string elsewhere = new_environment(project);
    callers.push_back(
        {"other environment", 7, {bearer(access_key(environment)), "X-Platos-User-Id: alice"}, Of::Project});
    callers.push_back(
        {"other project", 7, {bearer(access_key(elsewhere)), "X-Platos-User-Id: alice"}, Of::Organization});
    const std::string org = made("/api/v1/organizations", {{"name", "Other"}})["id"];
    const std::string their_project = made("/api/v1/organizations/" + org + "/projects", {{"name", "P"}})["id"];
    const std::string theirs = new_environment(their_project);
    const std::string owner =
        made("/api/v1/organizations/" + org + "/members", {{"name", "Owner"}, {"role", "owner"}})["userId"];
    const Json token = made("/api/v1/tokens", {{"name", "o"}, {"userId", owner}, {"role", "owner"}}, in(theirs));
    (void)access_key(theirs);
    callers.push_back({"owner elsewhere", 31, {bearer(token["token"]), in(theirs).front()}, Of::Everybody});
  }

  /// As one of alice's is, but for its time.
  std::string session_token_until(std::int64_t seconds_from_now) const {
    const model::OrderedJson claims = {{"organizationId", ids.at("org")},
                                       {"projectId", ids.at("project")},
                                       {"environmentId", ids.at("env")},
                                       {"userId", "alice"},
                                       {"entityId", "shop"}};
    const std::int64_t now_s = std::time(nullptr);
    return tenancy::make_session_token(claims, entity_secret, now_s - 120, now_s + seconds_from_now);
  }

  void add_nobodies(const std::string& key) {
    callers.push_back(
        {"expired session",
         0,
         {"Authorization:", "X-Platos-Session-Token: " + session_token_until(-60), "X-Platos-Api-Key: " + key},
         Of::Everybody,
         false,
         false,
         401});
    callers.push_back({"nobody", 0, {"Authorization:"}, Of::Everybody, false, false, 401});
    callers.push_back({"wrong key", 0, {bearer("plt_admin_wrong")}, Of::Everybody, false, false, 401});
    const Json token = made("/api/v1/tokens", {{"name", "r"}, {"userId", ids["member"]}, {"role", "viewer"}});
    call("DELETE", "/api/v1/tokens/" + token["id"].get<std::string>());
    callers.push_back(
        {"revoked", 0, {bearer(token["token"]), in("env_default").front()}, Of::Everybody, false, false, 401});
    callers.push_back({"entity", 0, {bearer(entity_secret)}, Of::Everybody, false, false, 401});
    callers.push_back({"altered session",
                       0,
                       {"X-Platos-Session-Token: " + session_token(Json::object()) + "x"},
                       Of::Everybody,
                       false,
                       false,
                       401});
  }

  std::string filled(std::string text) {
    for (const auto& [name, id] : ids) {
      for (std::size_t at = 0; (at = text.find("{" + name + "}")) != std::string::npos;) {
        text.replace(at, name.size() + 2, id);
      }
    }
    for (std::size_t at = 0; (at = text.find('#')) != std::string::npos;) {
      text.replace(at, 1, std::to_string(++number));
    }
    return text;
  }
};

}  // namespace platos::tests
