// What a turn knows of its user, in arguments of tools and in what goes along with them.
#include <algorithm>
#include <catch2/catch.hpp>

#include "integration/people.hpp"

namespace platos::tests {
namespace {

struct ContextStage : People {
  /// A turn whose model calls the tool with these arguments: what the tool got.
  Json sent(const std::string& agent, const Headers& who, const Json& arguments, Json body = Json::object()) const {
    body["message"] = Json({{"tool", "docs__search"}, {"arguments", arguments}}).dump();
    const Json turn = made("POST", kAgents + agent + "/messages", body, who);
    CHECK(turn["status"] == "completed");
    const std::string audit = "/api/v1/agent/monitoring/tool-audit";
    return fetch(audit + "/" + fetch(audit).json()["rows"][0]["callId"].get<std::string>()).json()["args"];
  }
};

}  // namespace

TEST_CASE("arguments and the envelope know the user of a turn, and a model cannot say another") {
  ContextStage stage;
  const Json mapping = {{"toolArgInjection", {{"_global", {{"query", "user.id"}}}}}, {"envelopeKeys", {"user"}}};
  const std::string agent = stage.agent("mock-toolsay-r0", {{"skills", {"docs"}}, {"contextMapping", mapping}});
  const auto eve = stage.end_user("eve", {{"userMeta", {{"name", "Eve Low"}}}});
  const Json args = stage.sent(agent, eve, {{"query", "mallory"}, {"_context", {{"user", "mallory"}}}});
  CHECK(args["query"] == "eve");
  CHECK(args["_context"]["user"]["id"] == "eve");
  CHECK(args["_context"]["user"]["name"] == "Eve Low");
  CHECK(args["_context"]["user"].contains("current_time"));
  const Json request = stage.request(0);
  for (const auto& tool : request["tools"]) {
    if (tool["function"]["name"] == "docs__search")
      CHECK_FALSE(tool["function"]["parameters"]["properties"].contains("query"));
  }
  // Who may say of the session says it: a backend, of the user that it knows.
  const Json context = {{"user", {{"plan", "gold"}}}};
  const Json known = stage.sent(agent, People::as("u7"), {{"query", "mallory"}}, {{"context", context}});
  CHECK(known["query"] == "u7");
  CHECK(known["_context"]["user"]["plan"] == "gold");
  check_error(stage.call("POST", kAgents + agent + "/messages", {{"message", "Hi"}, {"context", context}}, eve), 403,
              "forbidden");
}

TEST_CASE("who sets an agent up sees where the arguments of its tools come from, and its categories") {
  const ContextStage stage;
  const Json mapping = {
      {"toolArgInjection", {{"_global", {{"query", "user.id"}}}, {"docs__search", {{"lost", "plan"}}}}},
      {"declaredKeys", {"plan"}}};
  const Json block = {{"enabledCategories", {"docs"}}, {"categoryDescriptions", {{"docs", {{"description", "Ours"}}}}}};
  const std::string agent =
      stage.agent("mock-n1", {{"skills", {"docs"}}, {"contextMapping", mapping}, {"toolsBlockConfig", block}});
  const Json mappings = stage.fetch(kAgents + agent + "/tool-mappings").json();
  CHECK(mappings["agentId"] == agent);
  CHECK(mappings["declaredKeys"] == Json({"plan"}));
  CHECK(mappings["total"] == mappings["tools"].size());
  const Json& tools = mappings["tools"];
  const auto search =
      std::find_if(tools.begin(), tools.end(), [](const Json& each) { return each["toolName"] == "docs__search"; });
  REQUIRE(search != tools.end());
  const Json& params = (*search)["params"];
  const auto has = [&params](const Json& param) {
    return std::find(params.begin(), params.end(), param) != params.end();
  };
  CHECK(has({{"name", "query"}, {"source", "mapping"}, {"required", true}}));
  CHECK(has({{"name", "limit"}, {"source", "model"}, {"required", false}}));
  CHECK(has({{"name", "lost"}, {"source", "mapping"}, {"required", false}}));
  CHECK((*search)["mapped"] == 2);
  CHECK((*search)["total"] == params.size());
  REQUIRE((*search)["warnings"].size() == 1);
  CHECK((*search)["warnings"][0].get<std::string>().find("\"lost\"") != std::string::npos);
  CHECK((*search)["health"]["totalCalls"] == 0);

  const Json categories = stage.fetch(kAgents + agent + "/categories").json();
  CHECK(categories["enabledCategories"] == Json({"docs"}));
  const Json& rows = categories["categories"];
  const auto docs = std::find_if(rows.begin(), rows.end(), [](const Json& each) { return each["id"] == "docs"; });
  REQUIRE(docs != rows.end());
  CHECK((*docs)["count"] >= 1);
  CHECK((*docs)["defaultDescription"] == "text documents");
  CHECK((*docs)["userDescription"] == "Ours");
  check_error(stage.call("GET", kAgents + "missing/categories"), 404, "agent_not_found");
}

}  // namespace platos::tests
