#include "tenancy/authenticator.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "store/audit.hpp"
#include "tenancy/token_format.hpp"
#include "tenancy_stage.hpp"

namespace platos::tenancy {
namespace {

constexpr std::int64_t kHourS = 3600;

model::OrderedJson claims_of(const model::Scope& scope, const std::string& user, const std::string& entity) {
  return {{"organizationId", scope.organization_id},
          {"projectId", scope.project_id},
          {"environmentId", scope.environment_id},
          {"userId", user},
          {"entityId", entity}};
}

struct SessionStage : TenancyStage {
  model::Principal own = admin();
  std::string secret;
  std::int64_t now_s = clock.wall_us() / 1'000'000;
  SessionStage() : TenancyStage(0) {
    auto made = run(keys->create_entity(loop, own, "shop", {}));
    REQUIRE(made);
    secret = made->secret;
  }
  std::string token(const model::OrderedJson& claims, std::int64_t ttl_s = kHourS) const {
    return make_session_token(claims, secret, now_s, now_s + ttl_s);
  }
  std::string token() const { return token(claims_of(own.scope, "alice", "shop")); }
};

}  // namespace

TEST_CASE("Who has the admin key is the administrator of the scope that the headers name") {
  const TenancyStage stage;
  const auto other = stage.other_tenant("Other");
  const std::string right = "Bearer " + kAdminKey;
  const auto who = [&](const std::string& authorization, const model::Scope& scope, const std::string& user = {}) {
    Credentials credentials;
    credentials.authorization = authorization;
    credentials.organization_id = scope.organization_id;
    credentials.project_id = scope.project_id;
    credentials.environment_id = scope.environment_id;
    credentials.user_id = user;
    return stage.who(credentials);
  };
  const std::string own = "usr_admin in env_default";
  for (const auto& form : {right, "bearer " + kAdminKey, "BEARER   " + kAdminKey + " "}) CHECK(who(form, {}) == own);
  CHECK(who(right, {"org_default", "prj_default", "env_default"}) == own);
  CHECK(who(right, {"", "", "env_default"}, "bob") == "bob in env_default");
  CHECK(who(right, other.scope) == "usr_admin in " + other.scope.environment_id);
  CHECK(who(right, {other.scope.organization_id, "prj_default", "env_default"}) == "scope_not_found");
  CHECK(who(right, {"org_default", "", other.scope.environment_id}) == "scope_not_found");
  CHECK(who(right, {"", "", "ENV_DEFAULT"}) == "scope_not_found");
  CHECK(who(right, {"org_other", "", ""}) == "scope_not_found");
  const auto inner = "Bearer plt_admin_ 0123456789abcdef";
  for (const std::string& wrong : {std::string(), std::string("Bearer"), std::string("Bearer "), kAdminKey, right + "0",
                                   right.substr(0, right.size() - 1), "Basic " + kAdminKey, "Bearer" + kAdminKey}) {
    INFO(wrong);
    // The key is looked at first: who has none learns nothing of scopes.
    CHECK(who(wrong, {"", "", "env_other"}) == "unauthenticated");
  }
  CHECK(who(inner, {}) == "unauthenticated");
}

TEST_CASE("A session token that an entity of the project signed lets its user chat, and no more") {
  const SessionStage stage;
  const auto principal = stage.ask(session(stage.token()));
  REQUIRE(principal);
  CHECK(principal->user_id == "alice");
  CHECK(principal->scope == stage.own.scope);
  CHECK(principal->rights == model::kChat);
  CHECK(principal->actor == "session:shop");
  auto claims = claims_of(stage.own.scope, "alice", "shop");
  claims["permissions"] = {"write", "admin", "*"};
  claims["userToken"] = "theirs";
  const auto writer = stage.ask(session(stage.token(claims)));
  REQUIRE(writer);
  CHECK(writer->rights == (model::kChat | model::kRead | model::kWrite));
  CHECK(writer->user_token == "theirs");
  CHECK(stage.who(bearer(stage.token())) == "alice in env_default");
}

TEST_CASE("The platform's own tokens are signed by its secret and name no entity") {
  const SessionStage stage;
  auto claims = claims_of(stage.own.scope, "alice", "");
  claims.erase("entityId");
  claims["iss"] = "platos-platform";
  const auto signed_by = [&](const std::string& secret) {
    return stage.who(session(make_session_token(claims, secret, stage.now_s, stage.now_s + kHourS)));
  };
  CHECK(signed_by(kPlatformSecret) == "alice in env_default");
  CHECK(signed_by(stage.secret) == "invalid_session_token");
}

TEST_CASE("A session token that is not right is refused, and nothing else that came with it is looked at") {
  const SessionStage stage;
  const auto other = stage.other_tenant("Other");
  const auto theirs = stage.run(stage.keys->create_entity(stage.loop, other, "shop", {}));
  REQUIRE(theirs);
  const auto code = [&](const std::string& token) {
    Credentials credentials = session(token);
    credentials.authorization = "Bearer " + kAdminKey;
    return stage.who(credentials);
  };
  const auto claims = claims_of(stage.own.scope, "alice", "shop");
  const std::string good = stage.token();
  CHECK(code(good) == "alice in env_default");
  const auto payload = good.substr(good.find('.') + 1, good.rfind('.') - good.find('.') - 1);
  const auto with_header = [&](const std::string& header) {
    return base::to_base64url(header) + "." + payload + "." + good.substr(good.rfind('.') + 1);
  };
  std::vector<std::string> wrong = {
      with_header(R"({"alg":"none","typ":"JWT"})"),
      with_header(R"({"alg":"HS512","typ":"JWT"})"),
      with_header(R"({"typ":"JWT"})"),
      good.substr(0, good.size() - 1),
      good.substr(0, good.rfind('.') + 1),
      good + "A",
      good + ".x",
      "a.b.c",
      ".",
      "..",
      std::string(64 * 1024, 'a'),
      make_session_token(claims, theirs->secret, stage.now_s, stage.now_s + kHourS),
      make_session_token(claims, "", stage.now_s, stage.now_s + kHourS),
      stage.token(claims, -1),
      stage.token(claims, 0),
      base::to_base64url(R"({"organizationId":"org_default"})") + "." + good.substr(good.rfind('.') + 1)};
  for (const char* missing : {"organizationId", "projectId", "environmentId", "userId", "entityId"}) {
    auto without = claims;
    without.erase(missing);
    wrong.push_back(stage.token(without));
    without[missing] = 7;
    wrong.push_back(stage.token(without));
  }
  for (const auto& token : wrong) {
    INFO(token.substr(0, 200));
    CHECK(code(token) == "invalid_session_token");
  }
}

TEST_CASE("A token's environment must be one of its project, and scope headers do not widen it") {
  const SessionStage stage;
  const auto other = stage.other_tenant("Other");
  auto claims = claims_of(stage.own.scope, "alice", "shop");
  claims["environmentId"] = other.scope.environment_id;
  CHECK(stage.who(session(stage.token(claims))) == "scope_not_found");
  Credentials credentials = session(stage.token());
  credentials.environment_id = other.scope.environment_id;
  CHECK(stage.who(credentials) == "scope_not_found");
}

TEST_CASE("A guest is bound to an agent and has nothing but chat") {
  const SessionStage stage;
  auto claims = claims_of(stage.own.scope, "guest-1", "shop");
  claims["isGuest"] = true;
  claims["permissions"] = {"write"};
  CHECK(stage.who(session(stage.token(claims))) == "invalid_session_token");
  claims["agentId"] = "agt_1";
  const auto guest = stage.ask(session(stage.token(claims)));
  REQUIRE(guest);
  CHECK(guest->rights == model::kChat);
  CHECK(guest->is_kept_from("agt_2"));
  CHECK_FALSE(guest->is_kept_from("agt_1"));
}

TEST_CASE("A rotated secret is good for its grace, a removed entity's at once for nothing") {
  const SessionStage stage;
  const std::string old = stage.token();
  const auto graced = stage.run(stage.keys->rotate_entity(stage.loop, stage.own, "shop", 60));
  REQUIRE(graced);
  const auto claims = claims_of(stage.own.scope, "alice", "shop");
  const auto fresh = make_session_token(claims, graced->secret, stage.now_s, stage.now_s + kHourS);
  CHECK(stage.who(session(old)) == "alice in env_default");
  CHECK(stage.who(session(fresh)) == "alice in env_default");
  MintRequest mint;
  mint.entity_id = "shop";
  mint.scope = stage.own.scope;
  mint.user_id = "bob";
  const auto minted_with = [&](const std::string& secret) {
    mint.secret = secret;
    return stage.run(stage.keys->mint(stage.loop, mint));
  };
  REQUIRE(minted_with(stage.secret));
  CHECK(stage.who(session(minted_with(stage.secret)->token)) == "bob in env_default");
  CHECK(stage.who(session(minted_with(graced->secret)->token)) == "bob in env_default");
  REQUIRE(stage.run(stage.keys->rotate_entity(stage.loop, stage.own, "shop", 0)));
  CHECK(minted_with(stage.secret).error().code == "invalid_entity_secret");
  CHECK(minted_with(graced->secret).error().code == "invalid_entity_secret");
  CHECK(stage.who(session(old)) == "invalid_session_token");
  CHECK(stage.who(session(fresh)) == "invalid_session_token");
  REQUIRE(stage.run(stage.keys->remove_entity(stage.loop, stage.own, "shop")));
  CHECK(stage.who(session(fresh)) == "invalid_session_token");
}

TEST_CASE("An access key opens its environment only, and is then wanted beside session tokens") {
  const SessionStage stage;
  const auto other = stage.other_tenant("Other");
  const auto made = stage.run(stage.keys->generate_access_key(stage.loop, stage.own));
  REQUIRE(made);
  CHECK(made->secret.starts_with("platos_live_"));
  CHECK(made->secret.size() == 60);
  const auto principal = stage.ask(bearer(made->secret));
  REQUIRE(principal);
  CHECK(principal->scope == stage.own.scope);
  CHECK(principal->rights == (model::kChat | model::kRead | model::kWrite));
  Credentials elsewhere = bearer(made->secret);
  elsewhere.environment_id = other.scope.environment_id;
  CHECK(stage.who(elsewhere) == "scope_not_found");
  Credentials both = session(stage.token());
  CHECK(stage.who(both) == "invalid_access_key");
  both.api_key = made->secret;
  CHECK(stage.who(both) == "alice in env_default");
  stage.settle();
  CHECK(stage.run(stage.keys->access_key(stage.loop, stage.own))->last_used_us != 0);
  REQUIRE(stage.run(stage.keys->set_origins(stage.loop, stage.own, {"https://shop.example"})));
  Credentials browser = bearer(made->secret);
  browser.origin = "https://evil.example";
  CHECK(stage.who(browser) == "invalid_access_key");
  both.origin = "https://evil.example";
  CHECK(stage.who(both) == "invalid_access_key");
  both.origin = browser.origin = "https://shop.example";
  CHECK(stage.who(both) == "alice in env_default");
  CHECK(stage.who(browser) == "api in env_default");
  const auto second = stage.run(stage.keys->generate_access_key(stage.loop, stage.own));
  REQUIRE(second);
  CHECK(second->thing.origins.size() == 1);
  CHECK(stage.who(bearer(made->secret)) == "invalid_access_key");
  REQUIRE(stage.run(stage.keys->remove_access_key(stage.loop, stage.own)));
  CHECK(stage.who(bearer(second->secret)) == "invalid_access_key");
  CHECK(stage.who(session(stage.token())) == "alice in env_default");
}

TEST_CASE("A personal token works in its organization, within its role and its user's, until it is revoked") {
  const TenancyStage stage;
  const auto other = stage.other_tenant("Other");
  const auto member = stage.run(
      stage.administration->add_member(stage.loop, stage.admin(), "org_default", {"Bob", "Bob@Example.com", "member"}));
  REQUIRE(member);
  const auto made =
      stage.run(stage.keys->create_token(stage.loop, stage.admin(), {"ci", member->user_id, "admin", 3600}));
  REQUIRE(made);
  CHECK(is_personal_token(made->secret));
  Credentials credentials = bearer(made->secret);
  CHECK(stage.who(credentials) == "scope_required");
  credentials.environment_id = "env_default";
  const auto principal = stage.ask(credentials);
  REQUIRE(principal);
  CHECK(principal->user_id == member->user_id);
  stage.settle();
  CHECK(stage.run(stage.keys->tokens(stage.loop, stage.admin()))->front().last_used_us != 0);
  CHECK(principal->rights == (model::kChat | model::kRead | model::kWrite));
  credentials.environment_id = other.scope.environment_id;
  CHECK(stage.who(credentials) == "scope_not_found");
  credentials.environment_id = "env_default";
  REQUIRE(
      stage.run(stage.administration->set_role(stage.loop, stage.admin(), "org_default", member->user_id, "viewer")));
  CHECK(stage.ask(credentials)->rights == model::kRead);
  CHECK_FALSE(stage.run(stage.keys->revoke_token(stage.loop, other, made->thing.id)));
  REQUIRE(stage.run(stage.keys->revoke_token(stage.loop, stage.admin(), made->thing.id)));
  CHECK(stage.who(credentials) == "token_revoked");
  std::string mistyped = made->secret;
  mistyped[10] = mistyped[10] == 'a' ? 'b' : 'a';
  credentials.authorization = "Bearer " + mistyped;
  CHECK(stage.who(credentials) == "unauthenticated");
}

TEST_CASE("Nobody gives a token or a role that is above the own") {
  const TenancyStage stage;
  auto admin = stage.admin();
  admin.rights = model::kRead | model::kChat | model::kWrite | model::kAdmin;
  CHECK(stage.run(stage.keys->create_token(stage.loop, admin, {"up", {}, "owner", 0})).error().code == "role_too_high");
  CHECK(stage.run(stage.administration->add_member(stage.loop, admin, "org_default", {"Eve", {}, "owner"}))
            .error()
            .code == "role_too_high");
  CHECK(stage.run(stage.administration->remove_member(stage.loop, admin, "org_default", "usr_admin")).error().code ==
        "role_too_high");
  CHECK(stage.run(stage.administration->remove_member(stage.loop, stage.admin(), "org_default", "usr_admin"))
            .error()
            .code == "last_owner");
}

TEST_CASE("An address that keeps trying is turned away, and no other one with it") {
  const TenancyStage stage;
  const auto try_from = [&](const std::string& address, const std::string& key) {
    Credentials credentials = bearer(key);
    credentials.address = address;
    return stage.who(credentials);
  };
  for (int i = 0; i < 10; ++i) CHECK(try_from("10.0.0.1", "wrong" + std::to_string(i)) == "unauthenticated");
  CHECK(try_from("10.0.0.1", "wrong") == "too_many_failures");
  CHECK(try_from("10.0.0.1", kAdminKey) == "too_many_failures");
  CHECK(try_from("10.0.0.2", kAdminKey) == "usr_admin in env_default");
  // Behind a proxy on this machine is everybody.
  for (int i = 0; i < 20; ++i) CHECK(try_from("127.0.0.1", "wrong" + std::to_string(i)) == "unauthenticated");
  CHECK(try_from("127.0.0.1", kAdminKey) == "usr_admin in env_default");
}

TEST_CASE("What belongs to another organization is not found, whoever asks") {
  const TenancyStage stage;
  const auto one = stage.other_tenant("One");
  const auto two = stage.other_tenant("Two");
  auto& administration = *stage.administration;
  const auto not_found = [&](const auto& result) { return !result && result.error().kind == ErrorKind::NotFound; };
  CHECK(not_found(stage.run(administration.organization(stage.loop, one, two.scope.organization_id))));
  CHECK(not_found(stage.run(administration.project(stage.loop, one, two.scope.project_id))));
  CHECK(not_found(stage.run(administration.environment(stage.loop, one, two.scope.environment_id))));
  CHECK(not_found(stage.run(administration.members(stage.loop, one, two.scope.organization_id))));
  CHECK(not_found(stage.run(administration.audit(stage.loop, one, two.scope.organization_id, 10, 0))));
  CHECK(not_found(stage.run(administration.remove_project(stage.loop, one, two.scope.project_id))));
  CHECK(stage.run(administration.organizations(stage.loop, one))->size() == 1);
  CHECK(stage.run(administration.organizations(stage.loop, stage.admin()))->size() == 3);
  const auto log = stage.run(administration.audit(stage.loop, one, one.scope.organization_id, 10, 0));
  REQUIRE(log);
  REQUIRE(log->total == 3);
  CHECK(log->entries[0].action == "environment.create");
  CHECK(log->entries[2].action == "organization.create");
  CHECK(log->entries[2].detail_json == R"({"name":"One","slug":"one"})");
}

TEST_CASE("An organization that is deleted takes its audit along, and that it was is told in the operator's") {
  const TenancyStage stage;
  const auto made = stage.run(stage.administration->create_organization(stage.loop, stage.admin(), {"Gone", {}}));
  REQUIRE(made);
  REQUIRE(stage.run(stage.administration->remove_organization(stage.loop, stage.admin(), made->id)));
  const auto log = stage.run(stage.administration->audit(stage.loop, stage.admin(), "org_default", 10, 0));
  REQUIRE(log);
  CHECK(log->entries.front().action == "organization.delete");
  CHECK(log->entries.front().subject == made->id);
  const auto left = stage.read([id = made->id](store::Session& opened) -> Result<std::int64_t> {
    return store::AuditLog(opened).count(model::SystemScopeForTest::make(), id);
  });
  CHECK(*left == 0);
}

}  // namespace platos::tenancy
