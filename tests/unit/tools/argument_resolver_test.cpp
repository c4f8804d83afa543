#include "tools/argument_resolver.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace platos::tools {
namespace {

using model::Json;

const std::string kSession = R"({"tenant_id":"t9","limit":"12","bad":[1],"flag":"true","who":{"id":"u1"}})";

model::Tool crm_find() {
  model::Tool tool;
  tool.instance = "entity:crm";
  tool.name = "crm.find";
  tool.model_name = "crm__find";
  tool.input_schema_json =
      R"({"type":"object","properties":{"tenantId":{"type":"string"},"q":{"type":"string"},"limit":{"type":"integer"},
          "flag":{"type":"boolean"}},"required":["tenantId","q"]})";
  return tool;
}

model::ContextMapping mapping_of(const char* json) {
  const auto mapping = model::context_mapping_from_json(Json::parse(json));
  REQUIRE(mapping);
  return *mapping;
}

Json sent(const char* mapping, const std::string& arguments = R"({"q":"Ann","tenantId":"evil"})") {
  const auto resolved = resolve(mapping_of(mapping), crm_find(), arguments, kSession);
  REQUIRE(resolved);
  return Json::parse(*resolved);
}

}  // namespace

TEST_CASE("Constants go before mappings, those before names that match, and those before the model") {
  CHECK(sent(R"({"declaredKeys":["tenant_id"],"constants":{"crm.find":{"limit":5}}})") ==
        Json::parse(R"({"tenantId":"t9","q":"Ann","limit":5})"));
  CHECK(sent(R"({"declaredKeys":["tenant_id"],"toolArgInjection":{"crm.find":{"tenantId":"LLM"}}})")["tenantId"] ==
        "evil");
  CHECK(sent(R"({"toolArgInjection":{"crm__find":{"limit":"CONSTANT:5"}}})")["limit"] == 5);
  CHECK(sent(R"({"toolArgInjection":{"crm.find":{"q":"CONSTANT:abc"}}})")["q"] == "abc");
  CHECK(sent(R"({"toolArgInjection":{"_global":{"q":"query_text"}}})")["q"] == "Ann");
  CHECK(sent(R"({"toolArgInjection":{"_global":{"tenantId":"tenant_id"}}})")["tenantId"] == "t9");
  CHECK(
      sent(R"({"toolArgInjection":{"_global":{"tenantId":"tenant_id"},"crm.find":{"tenantId":"LLM"}}})")["tenantId"] ==
      "evil");
  CHECK_FALSE(sent(R"({"toolArgInjection":{"_global":{"unheard":"tenant_id"}}})").contains("unheard"));
  CHECK(sent(R"({"toolArgInjection":{"crm.find":{"q":"who.id"}}})")["q"] == "u1");
  CHECK(sent(R"({"declaredKeys":["tenant_id"],"toolArgInjection":{"crm.find":{"_auto":false}}})")["tenantId"] ==
        "evil");
}

TEST_CASE("A value becomes what the schema wants, or nothing is sent") {
  CHECK(sent(R"({"declaredKeys":["limit","flag"]})")["limit"] == 12);
  CHECK(sent(R"({"declaredKeys":["limit","flag"]})")["flag"] == true);
  CHECK(sent(R"({"constants":{"crm.find":{"q":7}}})")["q"] == "7");
  CHECK(sent(R"({"constants":{"crm.find":{"limit":3.0}}})")["limit"] == 3);
  const auto refused =
      resolve(mapping_of(R"({"toolArgInjection":{"crm.find":{"limit":"bad"}}})"), crm_find(), "{}", kSession);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "context_value_invalid");
  CHECK(refused.error().message.find("limit") != std::string::npos);
}

TEST_CASE("What a model writes as _context is never sent; the session's is") {
  const std::string forged = R"({"q":"a","_context":{"tenant_id":"evil"}})";
  CHECK_FALSE(sent("{}", forged).contains("_context"));
  CHECK(sent(R"({"envelopeKeys":["tenant_id","who.id","none"]})", forged)["_context"] ==
        Json::parse(R"({"tenant_id":"t9","who.id":"u1"})"));
  CHECK_FALSE(sent(R"({"declaredKeys":["tenant_id"]})", forged).contains("_context"));
}

TEST_CASE("Arguments that are no object are refused with what was found") {
  for (const char* bad : {"", "[1]", "{\"q\":", "null", "\xff"}) {
    INFO(bad);
    const auto resolved = resolve({}, crm_find(), bad, kSession);
    REQUIRE_FALSE(resolved);
    CHECK(resolved.error().code == "invalid_arguments");
  }
  // Nothing to do: the text stays as the model wrote it.
  CHECK(*resolve({}, crm_find(), "{ \"q\" : 1 }", kSession) == "{ \"q\" : 1 }");
  // A session that is none changes nothing.
  CHECK(*resolve(mapping_of(R"({"declaredKeys":["q"]})"), crm_find(), R"({"q":"a"})", "no JSON") == R"({"q":"a"})");
}

TEST_CASE("A model sees only the arguments that are left to it, and traces say where the others came from") {
  const auto mapping = mapping_of(R"({"declaredKeys":["tenant_id","flag"],"constants":{"crm.find":{"limit":5}}})");
  const auto plan = plan_arguments(mapping, crm_find(), kSession);
  CHECK(plan.left_to_model == std::vector<std::string>{"q"});
  CHECK(plan.origins.at("limit") == ArgumentOrigin::Constant);
  CHECK(plan.origins.at("tenantId") == ArgumentOrigin::AutoMatch);
  const Json schema = Json::parse(without_filled_arguments(crm_find(), plan).input_schema_json);
  CHECK(schema["properties"].size() == 1);
  CHECK(schema["required"] == Json::array({"q"}));
  // Without a session the model is asked.
  CHECK(plan_arguments(mapping, crm_find(), "").left_to_model.size() == 3);
  CHECK(to_text(ArgumentOrigin::Mapping) == "mapping");
  CHECK(resolve_with_origins(mapping, crm_find(), "{}", kSession)->origins.size() == 3);
}

}  // namespace platos::tools
