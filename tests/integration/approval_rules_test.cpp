// Approvals that a rule wants: who may decide, how many of them, and what their edits void.
#include <catch2/catch.hpp>

#include "integration/people.hpp"

using namespace platos::tests;

namespace {

const std::string kResolve = "/api/v1/agent/approvals/";

std::string manifest(const Json& rules) {
  return Json({{"instance", 1},
               {"name", "rules"},
               {"plugin", "dev.platos.governor-rules"},
               {"component", "rules"},
               {"config", {{"rules", rules}}}})
      .dump();
}

/// A rule, or the one that asks about all calls, with this approval.
std::map<std::string, std::string> rule(const Json& approval) {
  Json wants = {{"id", "look-first"},
                {"decision", "require_approval"},
                {"tools", {"csv__*"}},
                {"reason", "Somebody must look."},
                {"approval", approval}};
  if (approval.contains("decision")) wants = approval;
  return {{"instances/rules.json", manifest(Json::array({wants}))}};
}

struct Rules : People {
  explicit Rules(const Json& approval) : People({}, rule(approval)) {}

  /// A turn that waits; its run.
  std::string begin(const Headers& headers = {}, const Json& more = Json::object()) const {
    const std::string agent = make_agent(*daemon, "mock:mock-toolsay-r0", {"csv"}, more);
    const Json call = {{"tool", "csv__csv_list_sheets"}, {"arguments", {{"source", "a,b\n1,2\n"}}}};
    const Answer answer = this->call("POST", kAgents + agent + "/messages", {{"message", call.dump()}}, headers);
    REQUIRE(answer.status == 202);
    return answer.json()["runId"];
  }
  Json pending() const {
    const Json page = fetch("/api/v1/agent/monitoring/approvals?status=pending").json();
    REQUIRE(page["total"] == 1);
    return page["approvals"][0];
  }
  Answer say(const std::string& id, const Json& body, const Headers& headers) const {
    return call("POST", kResolve + id + "/resolve", body, headers);
  }
  /// The daemon dies, and comes back with these rules.
  void come_back_with(const Json& rules) const {
    daemon->kill_hard();
    data.write("manifests/instances/rules.json", manifest(rules));
    daemon->start_again();
  }
  std::string result_of(const std::string& run) const {
    return event_of(events_of(fetch(kRuns + run + "/events").body), "tool_result").dump();
  }
};

}  // namespace

TEST_CASE("a rule that wants two people waits for the second, and counts nobody twice") {
  const Rules stage(Json{{"needed", 2}, {"show", "Is this sheet ours?"}});
  const auto ann = stage.member("ann", "member");
  const std::string run = stage.begin();
  const Json approval = stage.pending();
  const std::string id = approval["id"];
  CHECK(approval["approvalsNeeded"] == 2);
  CHECK(approval["details"] == "Is this sheet ours?");
  const Answer first = stage.say(id, {{"approved", true}}, ann);
  REQUIRE(first.status == 201);
  CHECK(first.json()["resolved"] == false);
  CHECK(first.json()["approvalsGiven"] == 1);
  check_error(stage.say(id, {{"approved", true}}, ann), 409, "already_decided");
  CHECK(stage.run_record(run)["status"] == "waiting");
  CHECK(stage.say(id, {{"approved", true}}, stage.member("bob", "member")).json()["resolved"] == true);
  CHECK(stage.wait_for_status(run, "completed"));
  CHECK(stage.result_of(run).find("Sheet1") != std::string::npos);
}

TEST_CASE("who holds one key is one person, whatever users are named with it") {
  Rules stage(Json{{"needed", 3}});
  const std::string run = stage.begin();
  const std::string id = stage.pending()["id"];
  const std::string key = stage.made("POST", "/api/v1/agent/access-key/generate", Json())["key"];
  const auto with_key = [&](const char* user) {
    return People::Headers{"Authorization: Bearer " + key, std::string("X-Platos-User-Id: ") + user};
  };
  CHECK(stage.say(id, {{"approved", true}}, People::as("ann")).json()["approvalsGiven"] == 1);
  check_error(stage.say(id, {{"approved", true}}, People::as("bob")), 409, "already_decided");
  CHECK(stage.say(id, {{"approved", true}}, with_key("cyd")).json()["approvalsGiven"] == 2);
  check_error(stage.say(id, {{"approved", true}}, with_key("dan")), 409, "already_decided");
  check_error(stage.say(id, {{"approved", true}}, with_key("ann")), 409, "already_decided");
  CHECK(stage.run_record(run)["status"] == "waiting");
  CHECK(stage.say(id, {{"approved", true}}, stage.member("bob", "member")).json()["resolved"] == true);
  CHECK(stage.wait_for_status(run, "completed"));
}

TEST_CASE("the person whom a key has named is the same person with a token") {
  const Rules stage(Json{{"needed", 2}});
  stage.begin();
  const std::string id = stage.pending()["id"];
  const auto ann = stage.member("ann", "member");
  std::string user;
  const Json listed = stage.fetch("/api/v1/organizations/org_default/members").json();
  for (const auto& member : listed["members"]) {
    if (member["name"] == "ann") user = member["userId"];
  }
  REQUIRE_FALSE(user.empty());
  CHECK(stage.say(id, {{"approved", true}}, People::as(user)).json()["approvalsGiven"] == 1);
  check_error(stage.say(id, {{"approved", true}}, ann), 409, "already_decided");
}

TEST_CASE("an edit voids what others said of the former arguments, and nobody approves it unseen") {
  const Rules stage(Json{{"needed", 2}});
  const auto ann = stage.member("ann", "member");
  const auto bob = stage.member("bob", "member");
  const std::string run = stage.begin();
  const std::string id = stage.pending()["id"];
  CHECK(stage.say(id, {{"approved", true}}, ann).json()["approvalsGiven"] == 1);
  const Json edited = {{"source", "x,y\n3,4\n"}};
  CHECK(stage.say(id, {{"approved", true}, {"editedArgs", edited}}, bob).json()["approvalsGiven"] == 1);
  const Json now = stage.pending();
  CHECK(now["editedArgs"] == edited);
  const Answer unseen = stage.say(id, {{"approved", true}}, ann);
  check_error(unseen, 409, "approval_changed");
  const std::string why = unseen.json()["message"];
  CHECK(why.find(now["requestHash"].get<std::string>()) != std::string::npos);
  CHECK(why.find(edited.dump()) != std::string::npos);
  check_error(stage.say(id, {{"approved", true}, {"editedArgs", {{"source", "c\n5\n"}}}}, ann), 409,
              "approval_changed");
  CHECK(stage.pending()["approvalsGiven"] == 1);
  CHECK(stage.say(id, {{"approved", true}, {"requestHash", now["requestHash"]}}, ann).json()["resolved"] == true);
  CHECK(stage.wait_for_status(run, "completed"));
}

TEST_CASE("one refusal ends it, however many would be needed, also by who has approved") {
  const Rules stage(Json{{"needed", 3}});
  const auto ann = stage.member("ann", "member");
  const std::string run = stage.begin();
  const std::string id = stage.pending()["id"];
  CHECK(stage.say(id, {{"approved", true}}, ann).status == 201);
  const bool is_same = GENERATE(false, true);
  const auto refuses = is_same ? ann : stage.member("bob", "member");
  const Answer refused = stage.say(id, {{"approved", false}, {"comment", "not ours"}}, refuses);
  REQUIRE(refused.status == 201);
  CHECK(refused.json()["resolved"] == true);
  CHECK(stage.wait_for_status(run, "completed"));
  CHECK(stage.result_of(run).find("not ours") != std::string::npos);
}

TEST_CASE("only the roles that the rule names decide, and end users see only their own") {
  Rules stage(Json{{"roles", {"admin"}}});
  const std::string run = stage.begin();
  const std::string id = stage.pending()["id"];
  check_error(stage.say(id, {{"approved", true}}, stage.member("member")), 403, "approval_role");
  check_error(stage.say(id, {{"approved", true}}, stage.end_user("zoe")), 404, "approval_not_found");
  CHECK(stage.fetch("/api/v1/agent/monitoring/approvals", stage.end_user("zoe")).json()["total"] == 0);
  CHECK(stage.say(id, {{"approved", true}}, stage.member("admin")).json()["resolved"] == true);
  CHECK(stage.wait_for_status(run, "completed"));
  const Json audit = stage.fetch("/api/v1/organizations/org_default/audit?limit=200").json();
  CHECK(audit.dump().find("approval.approve") != std::string::npos);
}

TEST_CASE("an edit to what a rule leaves to others is void, whoever approved it") {
  const Json salaries = {{"id", "salaries"},
                         {"decision", "require_approval"},
                         {"tools", {"csv__*"}},
                         {"conditions", {{{"at", "/source"}, {"matches", "salary"}}}},
                         {"approval", {{"roles", {"admin"}}}}};
  Rules stage(salaries);
  make_agent(*stage.daemon, "mock:mock", {"csv"});
  stage.made("PATCH", "/api/v1/agent/tools/csv__csv_list_sheets", {{"permission", "require_approval"}});
  const auto zoe = stage.end_user("zoe");
  const std::string edited = GENERATE("name,salary\nAnn,1\n", "x,y\n3,4\n");
  const std::string run = stage.begin(zoe);
  const std::string id = stage.pending()["id"];
  REQUIRE(stage.say(id, {{"approved", true}, {"editedArgs", {{"source", edited}}}}, zoe).status == 201);
  CHECK(stage.wait_for_status(run, "completed"));
  const bool is_for_others = edited.find("salary") != std::string::npos;
  CHECK((stage.result_of(run).find("approval_void") != std::string::npos) == is_for_others);
  CHECK((stage.result_of(run).find("Sheet1") != std::string::npos) == !is_for_others);
}

TEST_CASE("an edit does not touch what the host fills in, and leaves its envelope where it is") {
  const Rules stage(Json::object());
  const Json mapping = {{"constants", {{"csv__csv_list_sheets", {{"source", "a,b\n1,2\n"}}}}}};
  const auto [edited, is_void] = GENERATE(table<std::string, bool>({{"x,y\n3,4\n", true}, {"a,b\n1,2\n", false}}));
  const std::string run = stage.begin({}, {{"contextMapping", mapping}});
  const std::string id = stage.pending()["id"];
  check_error(stage.say(id, {{"approved", true}, {"editedArgs", {{"source", edited}, {"_context", {{"a", 1}}}}}},
                        People::as("ann")),
              400, "invalid_field");
  REQUIRE(stage.say(id, {{"approved", true}, {"editedArgs", {{"source", edited}}}}, People::as("ann")).status == 201);
  CHECK(stage.wait_for_status(run, "completed"));
  CHECK((stage.result_of(run).find("approval_void") != std::string::npos) == is_void);
}

TEST_CASE("what was asked stays asked over a restart, though no rule would ask today") {
  const Rules stage(Json::object());
  const std::string run = stage.begin();
  const std::string id = stage.pending()["id"];
  const bool approved = GENERATE(false, true);
  stage.come_back_with(Json::array());
  CHECK(stage.wait_for_status(run, "waiting"));
  CHECK(stage.pending()["id"] == id);
  REQUIRE(stage.say(id, {{"approved", approved}}, {}).status == 201);
  CHECK(stage.wait_for_status(run, "completed"));
  CHECK((stage.result_of(run).find("Sheet1") != std::string::npos) == approved);
  CHECK((stage.result_of(run).find("approval_denied") != std::string::npos) == !approved);
}

TEST_CASE("an approval that has expired while the daemon was down denies, though no rule would ask today") {
  const Rules stage(Json{{"expires_ms", 1000}});
  const std::string run = stage.begin();
  stage.come_back_with(Json::array());
  CHECK(stage.wait_for_status(run, "completed"));
  CHECK(stage.result_of(run).find("approval_expired") != std::string::npos);
}

TEST_CASE("a rule that denies now holds though people have approved, and takes open questions back") {
  const Rules stage(Json::object());
  const Json hidden = {{"toolsBlockConfig", {{"displayMode", "meta-tool"}}}};
  const auto part = [](const char* sheet) {
    return Json{{"tool", "csv__csv_list_sheets"}, {"params", {{"source", sheet}}}};
  };
  const std::string agent = make_agent(*stage.daemon, "mock:mock-toolsay-r0", {"csv"}, hidden);
  const Json calls = {{"calls", {part("a,b\n1,2\n"), part("x,y\n3,4\n")}}};
  const Json message = {{"tool", "execute_tools"}, {"arguments", calls}};
  const Answer answer = stage.call("POST", kAgents + agent + "/messages", {{"message", message.dump()}});
  REQUIRE(answer.status == 202);
  const std::string run = answer.json()["runId"];
  const Json asked = stage.fetch("/api/v1/agent/monitoring/approvals?status=pending").json()["approvals"];
  REQUIRE(asked.size() == 2);
  REQUIRE(stage.wait_for_status(run, "waiting"));
  stage.come_back_with(Json::array({{{"id", "closed"}, {"decision", "deny"}}}));
  REQUIRE(stage.say(asked[0]["id"], {{"approved", true}}, {}).status == 201);
  CHECK(stage.wait_for_status(run, "completed"));
  const std::string events = stage.fetch(kRuns + run + "/events").body;
  CHECK(events.find("closed") != std::string::npos);
  CHECK(events.find("Sheet1") == std::string::npos);
  const std::string other = asked[1]["id"];
  CHECK(stage.fetch("/api/v1/agent/monitoring/approvals/" + other).json()["status"] == "cancelled");
}
