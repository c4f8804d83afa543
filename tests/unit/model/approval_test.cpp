#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "model/approval.hpp"

namespace platos::model {
namespace {

Principal principal(Rights rights, const std::string& user) {
  Principal who;
  who.rights = rights;
  who.user_id = user;
  return who;
}

}  // namespace

TEST_CASE("Approval states have the words of the wire, and their synonyms") {
  for (const auto state : {ApprovalState::Pending, ApprovalState::Approved, ApprovalState::Rejected,
                           ApprovalState::TimedOut, ApprovalState::Cancelled}) {
    CHECK(approval_state_from_text(to_text(state)) == state);
  }
  CHECK(approval_state_from_text("denied") == ApprovalState::Rejected);
  CHECK(approval_state_from_text("expired") == ApprovalState::TimedOut);
  CHECK(approval_state_from_text("maybe") == ApprovalState::Unspecified);
}

TEST_CASE("Without roles the staff and the user whose turn asks may decide; with roles those alone") {
  ApprovalPolicy policy;
  CHECK(may_decide(policy, principal(kChat, "alice"), "alice"));
  CHECK_FALSE(may_decide(policy, principal(kChat, "bob"), "alice"));
  CHECK(may_decide(policy, principal(kWrite, "bob"), "alice"));
  policy.roles = {"admin"};
  CHECK_FALSE(may_decide(policy, principal(kChat, "alice"), "alice"));
  CHECK_FALSE(may_decide(policy, principal(kWrite, "bob"), "alice"));
  CHECK(may_decide(policy, principal(kAdmin, "bob"), "alice"));
  policy.roles = {"user", "operator"};
  CHECK(may_decide(policy, principal(kChat, "alice"), "alice"));
  CHECK_FALSE(may_decide(policy, principal(kAdmin, "bob"), "alice"));
  CHECK(may_decide(policy, principal(kOperator, "bob"), "alice"));
}

TEST_CASE("A policy is read with the defaults in place of what it does not say, and refused where it is wrong") {
  const ApprovalPolicy defaults{1, {}, 120};
  const auto read = [&](const char* text) { return approval_policy_from_json(Json::parse(text), defaults); };
  CHECK(*read("{}") == defaults);
  const auto policy = read(R"({"needed":2,"roles":["admin","user"],"expires_ms":59500})");
  REQUIRE(policy);
  CHECK(policy->needed == 2);
  CHECK(policy->roles == std::vector<std::string>{"admin", "user"});
  CHECK(policy->timeout_s == 60);
  for (const char* wrong : {"[]", R"({"needed":0})", R"({"needed":"2"})", R"({"roles":"admin"})",
                            R"({"roles":["king"]})", R"({"roles":[1]})", R"({"expires_ms":0})"}) {
    CAPTURE(wrong);
    REQUIRE_FALSE(read(wrong));
    CHECK(read(wrong).error().code == "invalid_field");
  }
}

TEST_CASE("An approval's hash is of the tool and of the arguments, to the byte") {
  const std::string hash = approval_hash("pay", R"({"amount":5})");
  CHECK(hash.size() == 64);
  CHECK(hash == approval_hash("pay", R"({"amount":5})"));
  CHECK(hash != approval_hash("pay", R"({"amount":6})"));
  CHECK(hash != approval_hash("pays", R"({"amount":5})"));
}

TEST_CASE("Two policies at once ask for what both ask for, and nobody decides what no role may") {
  const ApprovalPolicy admins{1, {"admin", "owner"}, 60};
  const auto both = both_of({3, {"owner", "user"}, 300}, admins);
  REQUIRE(both);
  CHECK(*both == ApprovalPolicy{3, {"owner"}, 60});
  CHECK(both_of({1, {}, 300}, admins).value() == ApprovalPolicy{1, {"admin", "owner"}, 60});
  const auto nobody = both_of({1, {"user"}, 300}, admins);
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error().code == "approval_conflict");
  CHECK(covers(admins, {1, {}, 300}));
  CHECK(covers({2, {"admin"}, 1}, admins));
  CHECK_FALSE(covers({1, {}, 300}, admins));
  CHECK_FALSE(covers({1, {"admin", "user"}, 300}, admins));
  CHECK_FALSE(covers(admins, {2, {}, 300}));
}

}  // namespace platos::model
