// What a caller may say for one turn in place of its agent: models, prompts, limits.
#include <catch2/catch.hpp>

#include "integration/people.hpp"

using namespace platos::tests;

namespace {

struct Overrides : People {
  std::string thread;

  explicit Overrides(const Json& more = Json::object()) : thread(make_thread(*daemon, agent("mock-n1-r0", more))) {}

  std::vector<std::string> config(const Json& value) const { return {"X-Platos-Config: " + value.dump()}; }
  Answer with(const std::vector<std::string>& headers, Json body = {{"message", "Hi"}}) const {
    return call("POST", kThreads + thread + "/messages", body, headers);
  }
  Json last() const { return Json::parse(mock.requests().back().body); }
};

/// A text frame of a client, masked with zeros.
std::string frame(const std::string& text) {
  const auto size = text.size();
  std::string bytes = "\x81";
  bytes += static_cast<char>(0x80 | 126);
  bytes += static_cast<char>(size >> 8);
  bytes += static_cast<char>(size & 0xFF);
  bytes.append(4, '\0');
  return bytes + text;
}

const Json kRoutes = {{{"label", "usual"}, {"model", "mock:mock-n2-r0"}, {"isDefault", true}},
                      {{"label", "other"}, {"model", "mock:mock-n3-r0"}}};

}  // namespace

TEST_CASE("X-Platos-Config changes the model, the history and the steps of one turn") {
  const Overrides stage(Json({{"skills", {"docs"}}}));
  for (int i = 0; i < 3; ++i) REQUIRE(stage.with({}).status == 201);
  const Answer modelled = stage.with(stage.config({{"model", "mock:mock-n5-r0"}}));
  CHECK(stage.last()["model"] == "mock-n5-r0");
  CHECK(stage.last()["messages"].size() == 7);
  CHECK(modelled.json()["status"] == "completed");
  REQUIRE(stage.with(stage.config({{"contextLimit", 2}, {"historyMode", "rolling"}})).status == 201);
  CHECK(stage.last()["messages"].size() == 3);
  CHECK(stage.last()["model"] == "mock-n1-r0");
  const Json steps = stage.with(stage.config({{"model", "mock:mock-toolloop-r0"}, {"maxSteps", 2}})).json();
  CHECK(steps["error"]["code"] == "max_steps");
  // The next turn is as the agent says.
  REQUIRE(stage.with({}).status == 201);
  CHECK(stage.last()["model"] == "mock-n1-r0");
  CHECK(stage.last()["messages"].size() > 10);
  CHECK(stage.messages_of(stage.thread)["messages"][7]["responseJson"]["model"] == "mock:mock-n5-r0");
}

TEST_CASE("X-Platos-Config changes what is done when the model fails") {
  const Overrides stage;
  const Json rules = {
      {"rules", {{{"trigger", "temporary-error"}, {"action", "retry"}, {"retryCount", 4}, {"backoffMs", 1}}}}};
  const Json failed = stage.with(stage.config({{"model", "mock:mock-s503-tag1"}, {"agentRetryConfig", rules}})).json();
  CHECK(failed["error"]["code"] == "provider_unavailable");
  CHECK(stage.mock.requests().size() == 5);
}

TEST_CASE("an X-Platos-Config that is none is refused, whatever is wrong with it") {
  const Overrides stage;
  for (const Json& bad : {Json::array(), Json("text"), Json({{"model", 7}}), Json({{"model", std::string(200, 'm')}}),
                          Json({{"maxSteps", 0}}), Json({{"maxSteps", 101}}), Json({{"maxSteps", "3"}}),
                          Json({{"contextLimit", 0}}), Json({{"contextLimit", 1001}}), Json({{"historyMode", "none"}}),
                          Json({{"agentRetryConfig", "retry"}}), Json({{"x", std::string(8200, 'x')}})}) {
    INFO(bad.dump().substr(0, 80));
    check_error(stage.with(stage.config(bad)), 400, "invalid_field");
  }
  CHECK(stage.with({"X-Platos-Config: {not json"}).status == 400);
  CHECK(stage.mock.requests().empty());
  // Unknown members, nulls and an empty object change nothing.
  CHECK(stage.with(stage.config({{"later", 1}, {"model", nullptr}})).json()["status"] == "completed");
  CHECK(stage.last()["model"] == "mock-n1-r0");
}

TEST_CASE("who may not change agents does not change them for a turn, but may choose one of their models") {
  Overrides stage(Json({{"modelRoutes", kRoutes}}));
  const auto ann = stage.end_user("ann");
  const std::string agent = stage.fetch(kThreads + stage.thread).json()["agentId"];
  stage.thread = stage.made("POST", "/api/v1/agent/threads", {{"agentId", agent}}, ann)["id"];
  auto configured = ann;
  configured.push_back(stage.config({{"maxSteps", 2}}).front());
  check_error(stage.with(configured), 403, "forbidden");
  check_error(stage.with(ann, {{"message", "Hi"}, {"systemPromptOverride", "Be rude."}}), 403, "forbidden");
  CHECK(stage.mock.requests().empty());
  REQUIRE(stage.with(ann, {{"message", "Hi"}, {"modelLabel", "other"}}).status == 201);
  CHECK(stage.last()["model"] == "mock-n3-r0");
}

TEST_CASE("nor over a socket") {
  Overrides stage;
  const auto ann = stage.end_user("ann");
  RawConnection socket(stage.daemon->url());
  socket.send(
      "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
      "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n");
  REQUIRE(socket.read_until("\"sid\"").find("101") != std::string::npos);
  const auto value_of = [](const std::string& header) { return header.substr(header.find(": ") + 2); };
  socket.send(frame("40/agent," + Json({{"token", value_of(ann[1])}, {"apiKey", value_of(ann[2])}}).dump()));
  REQUIRE(socket.read_until("40/agent,{").find("40/agent,{") != std::string::npos);
  const std::string agent = stage.fetch(kThreads + stage.thread).json()["agentId"];
  const Json body = {{"agentId", agent}, {"message", std::string(200, 'x')}, {"systemPromptOverride", "Be rude."}};
  socket.send(frame("42/agent," + Json::array({"message", body}).dump()));
  CHECK(socket.read_until("systemPromptOverride").find("systemPromptOverride") != std::string::npos);
  CHECK(stage.mock.requests().empty());
  CHECK(stage.runs("?allUsers=true")["total"] == 0);
}

TEST_CASE("a prompt in place of the agent's holds for its turn") {
  const Overrides stage(Json({{"systemPrompt", "Be kind."}}));
  REQUIRE(stage.with({}, {{"message", "Hi"}, {"systemPromptOverride", "Be brief."}}).status == 201);
  CHECK(stage.last()["messages"][0] == Json({{"role", "system"}, {"content", "Be brief."}}));
  REQUIRE(stage.with({}).status == 201);
  CHECK(stage.last()["messages"][0]["content"] == "Be kind.");
  check_error(stage.with({}, {{"message", "Hi"}, {"systemPromptOverride", 1}}), 400, "invalid_field");
}

TEST_CASE("a label chooses a route; without one, or with one that is not there, the default is taken") {
  const Overrides stage(Json({{"modelRoutes", kRoutes}}));
  const auto model_for = [&](const Json& label) {
    REQUIRE(stage.with({}, {{"message", "Hi"}, {"modelLabel", label}}).status == 201);
    return stage.last()["model"].get<std::string>();
  };
  CHECK(model_for("other") == "mock-n3-r0");
  CHECK(model_for("usual") == "mock-n2-r0");
  CHECK(model_for("no such") == "mock-n2-r0");
  CHECK(model_for(nullptr) == "mock-n2-r0");
  check_error(stage.with({}, {{"message", "Hi"}, {"modelLabel", 7}}), 400, "invalid_field");
  CHECK(stage.messages_of(stage.thread)["messages"][1]["responseJson"]["model"] == "mock:mock-n3-r0");
}

TEST_CASE("a request with the same key is the same only with the same settings") {
  const Overrides stage;
  const std::vector<std::string> key = {"Idempotency-Key: one"};
  auto configured = stage.config({{"maxSteps", 5}});
  configured.push_back(key.front());
  const Json first = stage.with(configured).json();
  CHECK(stage.with(configured).json()["runId"] == first["runId"]);
  check_error(stage.with(key), 422, "idempotency_mismatch");
  CHECK(stage.mock.requests().size() == 1);
}

TEST_CASE("attachments are not here yet, and one that is named is not found") {
  const Overrides stage;
  check_error(stage.with({}, {{"message", "Hi"}, {"attachmentIds", {"att_1"}}}), 404, "attachment_not_found");
  CHECK(stage.with({}, {{"message", "Hi"}, {"attachmentIds", Json::array()}}).status == 201);
}

TEST_CASE("a prompt names its user as their token says, else as the environment knows them") {
  Overrides stage(
      Json({{"systemPrompt", "For {{user.name | default: somebody}} ({{user.email}}) at {{user.current_time}}."}}));
  const auto prompt = [&stage](const std::vector<std::string>& headers, Json body = {{"message", "Hi"}}) {
    body["agentId"] = stage.fetch(kThreads + stage.thread).json()["agentId"];
    const Answer answer = stage.call("POST", kAgents + body["agentId"].get<std::string>() + "/messages", body, headers);
    REQUIRE(answer.status == 201);
    const std::string said = stage.last()["messages"][0]["content"];
    return said.substr(0, said.find(" at "));
  };
  CHECK(prompt({}) == "For somebody ({{user.email}})");
  CHECK(stage.last()["messages"][0]["content"].get<std::string>().find("{{user.current_time}}") == std::string::npos);
  stage.made("PUT", "/api/v1/agent/end-users/ann",
             {{"name", "Ann Lee"}, {"email", "ann@example.com"}, {"plan", "gold"}});
  CHECK(prompt(People::as("ann")) == "For Ann Lee (ann@example.com)");
  CHECK(prompt(People::as("bob")) == "For somebody ({{user.email}})");
  const Json meta = {{"userMeta", {{"name", "Ann of the token"}, {"phone", "1"}}}};
  CHECK(prompt(stage.end_user("ann", meta)) == "For Ann of the token (ann@example.com)");
  CHECK(prompt(stage.end_user("eve", {{"userMeta", {{"email", "eve@example.com"}}}})) ==
        "For somebody (eve@example.com)");
  const auto told = stage.end_user("eve", {{"userMeta", "none"}});
  CHECK(prompt(told) == "For somebody ({{user.email}})");
  CHECK(prompt(People::as("ann"), {{"message", "Hi"}, {"context", {{"user", {{"name", "Al"}}}}}}) ==
        "For Al (ann@example.com)");
}

TEST_CASE("a prompt says what is left to give of tools whose arguments the session fills in") {
  const Overrides stage(Json({{"skills", {"docs"}},
                              {"systemPrompt", "Be brief."},
                              {"contextMapping", {{"constants", {{"docs__search", {{"limit", 3}}}}}}}}));
  REQUIRE(stage.with({}).status == 201);
  const std::string prompt = stage.last()["messages"][0]["content"];
  CHECK(prompt.find("Be brief.\n\n## Tool argument expectations") == 0);
  CHECK(prompt.find("### docs__search") != std::string::npos);
  CHECK(prompt.find("- `query` (required)") != std::string::npos);
  CHECK(prompt.find("`limit`") == std::string::npos);
}
