// Connected entities: a backend that connects with its secret, declares tools and answers the calls of turns.
#include "integration/entity_stage.hpp"

namespace platos::tests {

TEST_CASE("A backend connects, declares tools and answers a turn's call, under each of its addresses") {
  const EntityStage stage;
  const std::string path = GENERATE("/ws/sdk", "/tools/sync", "/tools/sync/ws/sdk?entity=crm&env=prod");
  Backend backend(stage, stage.secret, path);
  REQUIRE(backend.socket.status() == 101);
  const Json welcome = backend.next();
  CHECK(welcome["type"] == "welcome");
  CHECK(welcome["org_id"] == welcome["organization_id"]);
  CHECK(welcome["entity_id"] == "crm");
  CHECK(backend.enroll(Json::array({declared("find.customer")}))["new_tools"] == 1);
  auto result = stage.calls("crm__find_customer", {{"q", "Ann"}});
  const Json call = backend.wait_for("tool_call");
  REQUIRE(call["tool_name"] == "find.customer");
  CHECK(call["params"]["q"] == "Ann");
  const Json envelope = call["params"]["__platos"];
  CHECK(envelope["callId"] == call["call_id"]);
  CHECK(envelope["signature"].get<std::string>().size() == 64);
  CHECK_FALSE(envelope["idempotencyKey"].get<std::string>().empty());
  backend.answer({{"call_id", "of-nobody"}}, "foreign");
  backend.answer(call, {{"name", "Ann Smith"}});
  CHECK(result.get().dump().find("Ann Smith") != std::string::npos);
}

TEST_CASE("Bad secrets are refused at the upgrade; another entity's name does not go with the secret") {
  const EntityStage stage;
  CHECK(Backend(stage, "wrong").socket.status() == 401);
  CHECK(Backend(stage, stage.secret, "/ws/sdk?entity=other").socket.status() == 401);
  CHECK(Backend(stage, stage.secret, "/ws/sdk?env=nowhere").socket.status() == 404);
}

TEST_CASE("A registration is the whole of what is offered, and each bad tool is refused by itself") {
  const EntityStage stage;
  Backend backend(stage, stage.secret);
  CHECK(backend.enroll({declared("a"), declared("b")})["count"] == 2);
  Json changed = declared("b");
  changed["description"] = "Other";
  const Json second = backend.enroll({changed,
                                      declared("c"),
                                      declared("c"),
                                      declared("bad name"),
                                      7,
                                      {{"name", "d"}, {"input_schema", {{"type", 5}}}}});
  CHECK(second["count"] == 2);
  CHECK(second["new_tools"] == 1);
  CHECK(second["updated"] == 1);
  CHECK(second["removed"] == 1);
  CHECK(second["rejected"].size() == 4);
}

TEST_CASE("A thousand tools are taken, and not one more") {
  const EntityStage stage;
  Backend backend(stage, stage.secret);
  Json tools = Json::array();
  for (int i = 0; i <= 1000; ++i) tools.push_back(declared("t" + std::to_string(i)));
  const Json done = backend.enroll(tools);
  CHECK(done["count"] == 1000);
  CHECK(done["rejected"].size() == 1);
}

TEST_CASE("Frames that cannot be read are answered, and calls still work") {
  const EntityStage stage;
  Backend backend(stage, stage.secret);
  for (const char* bad : {"{", "[]", "7", R"({"type":"dance"})", R"({"type":7})", R"({"type":"tool_register"})"}) {
    backend.socket.send(bad);
    CHECK(backend.wait_for("error")["error"].is_string());
  }
  backend.say({{"type", "heartbeat"}, {"tools_health", Json::object()}});
  CHECK(backend.wait_for("heartbeat_ack").is_object());
}

TEST_CASE("A second connection takes the first one's place; those with instance ids stand side by side") {
  const EntityStage stage;
  Backend first(stage, stage.secret);
  Backend one(stage, stage.secret, "/ws/sdk?instance=one");
  CHECK(one.next()["type"] == "welcome");
  CHECK(first.next()["type"] == "welcome");
  Backend second(stage, stage.secret);
  CHECK(second.next()["type"] == "welcome");
  CHECK(first.socket.wait_closed());
  CHECK(first.socket.close_status() == 1000);
  one.say({{"type", "heartbeat"}});
  CHECK(one.wait_for("heartbeat_ack").is_object());
}

TEST_CASE("A connection lost in a call: once is left in doubt, idempotent goes to another connection with its key") {
  const EntityStage stage;
  Backend one(stage, stage.secret, "/ws/sdk?instance=one");
  one.enroll({declared("pay"), declared("put", "idempotent")});
  auto paid = stage.calls("crm__pay");
  REQUIRE(one.wait_for("tool_call").is_object());
  one.socket.cut();
  CHECK(paid.get().dump().find("not known whether") != std::string::npos);

  Backend two(stage, stage.secret, "/ws/sdk?instance=two");
  two.enroll({declared("pay"), declared("put", "idempotent")});
  auto put = stage.calls("crm__put");
  const Json lost = two.wait_for("tool_call");
  Backend three(stage, stage.secret, "/ws/sdk?instance=three");
  three.enroll(Json::array({declared("put", "idempotent")}));
  two.socket.cut();
  const Json again = three.wait_for("tool_call");
  REQUIRE(again.is_object());
  CHECK(again["idempotency_key"] == lost["idempotency_key"]);
  CHECK(again["call_id"] != lost["call_id"]);
  three.answer(again, "stored");
  CHECK(put.get().dump().find("stored") != std::string::npos);
}

TEST_CASE("A rotated secret closes its connections with 4001, and is no longer good") {
  const EntityStage stage;
  Backend backend(stage, stage.secret);
  CHECK(backend.next()["type"] == "welcome");
  stage.made("POST", kEntities + "/crm/rotate-secret", Json::object());
  CHECK(backend.socket.wait_closed());
  CHECK(backend.socket.close_status() == 4001);
  CHECK(Backend(stage, stage.secret).socket.status() == 401);
}

}  // namespace platos::tests
