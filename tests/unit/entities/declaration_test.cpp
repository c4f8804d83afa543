#include "entities/declaration.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/text.hpp"

namespace platos::entities {
namespace {

using model::Json;

Registration read(const Json& tools, const std::vector<EntityTool>& former = {}) {
  auto registration = read_registration({{"tools", tools}}, "entity:shop", former);
  REQUIRE(registration);
  return std::move(*registration);
}

/// Why a tool was not taken; empty: it was.
std::string why_not(Json tool) {
  tool.emplace("name", "pay");
  const auto registration = read(Json::array({tool}));
  REQUIRE(registration.tools.size() + registration.rejected.size() == 1);
  return registration.rejected.empty() ? "" : registration.rejected[0].reason;
}

std::int64_t rate_of(const Json& tool) {
  Json named = tool;
  named["name"] = "pay";
  const auto registration = read(Json::array({named}));
  REQUIRE(registration.tools.size() == 1);
  return registration.tools[0].per_minute;
}

bool names(const std::string& why, const std::string& member) { return why.find(member) != std::string::npos; }

}  // namespace

TEST_CASE("Names, schemas and limits that are not what they should be are refused with what is expected") {
  for (const Json& name : {Json("a b"), Json(""), Json(std::string(129, 'x')), Json("a\n"), Json("ü"), Json(7), Json(),
                           Json("a\"b"), Json("{{x}}"), Json(std::string("a\0b", 3)), Json("<script>")}) {
    const auto registration = read(Json::array({Json{{"name", name}}}));
    CHECK(registration.tools.empty());
    REQUIRE(registration.rejected.size() == 1);
    CHECK(names(registration.rejected[0].reason, "name: expected"));
    CHECK(base::is_valid_utf8(registration.rejected[0].name));
  }
  CHECK(names(why_not({{"input_schema", Json::array()}}), "input_schema"));
  CHECK(names(why_not({{"input_schema", {{"type", "string"}}}}), "input_schema"));
  CHECK(names(why_not({{"input_schema", {{"type", "object"}, {"properties", 7}}}}), "input_schema"));
  CHECK(names(why_not({{"input_schema", {{"$ref", "https://example.com/schema"}}}}), "input_schema"));
  CHECK(names(why_not({{"input_schema", {{"description", std::string(70'000, 'x')}}}}), "65536"));
  CHECK(names(why_not({{"description", std::string(16'385, 'x')}}), "description"));
  CHECK(names(why_not({{"annotations", 7}}), "annotations"));
  for (const Json& ms : {Json(0), Json(-1), Json(3'600'001), Json(1.5), Json("9"), Json(UINT64_MAX)})
    CHECK(names(why_not({{"timeout_ms", ms}}), "timeout_ms"));
  CHECK(names(why_not({{"annotations", {{"reconcile", "pay"}}}}), "reconcile"));
  CHECK(why_not(Json::object()).empty());
}

TEST_CASE("A rate is a number of calls a minute, wherever it is written") {
  CHECK(rate_of(Json::object()) == 0);
  CHECK(rate_of({{"rate_limit", 5}}) == 5);
  CHECK(rate_of({{"rateLimit", {{"perMinute", 6}}}}) == 6);
  CHECK(rate_of({{"annotations", {{"rate_limit", {{"per_minute", 7}}}}}}) == 7);
  CHECK(rate_of({{"rate_limit", 5}, {"annotations", {{"rate_limit", 8}}}}) == 8);
  for (const Json& bad : {Json(0), Json(-1), Json(10'001), Json("5"), Json(1.5), Json::array(), Json::object(),
                          Json{{"per_minute", "x"}}})
    CHECK(names(why_not({{"rate_limit", bad}}), "rate_limit"));
}

TEST_CASE("A tool that was declared as it is now is not read again; one that changed is") {
  const Json pay = {{"name", "pay"}, {"description", "Pays"}};
  const auto former = read(Json::array({pay}));
  const auto same = read(Json::array({pay}), former.tools);
  CHECK(same.tools[0].tool.input_schema == former.tools[0].tool.input_schema);
  const auto other = read(Json::array({{{"name", "pay"}, {"rate_limit", 5}}}), former.tools);
  CHECK(other.tools[0].tool.input_schema != former.tools[0].tool.input_schema);
}

TEST_CASE("Of tools that cannot be taken anyway, nothing but the name is read") {
  // Whoever reads its schema says that instead.
  const Json broken = {{"type", "string"}};
  Json twice = Json::array({{{"name", "pay"}}});
  for (int i = 0; i < 50; ++i) twice.push_back({{"name", "pay"}, {"input_schema", broken}});
  const auto once = read(twice);
  CHECK(once.tools.size() == 1);
  REQUIRE(once.rejected.size() == 50);
  for (const auto& each : once.rejected) CHECK(names(each.reason, "declared twice"));

  Json many = Json::array();
  for (std::size_t i = 0; i < kMaxTools; ++i) many.push_back({{"name", "tool" + std::to_string(i)}});
  for (int i = 0; i < 50; ++i) many.push_back({{"name", "more" + std::to_string(i)}, {"input_schema", broken}});
  const auto full = read(many);
  CHECK(full.tools.size() == kMaxTools);
  REQUIRE(full.rejected.size() == 50);
  for (const auto& each : full.rejected) CHECK(names(each.reason, "expected at most 1000 tools"));
}

TEST_CASE("A list that is far too long is refused as a whole") {
  const auto with = [](std::size_t count) {
    return read_registration({{"tools", Json::array_t(count, {{"name", "a"}})}}, "entity:shop", {});
  };
  CHECK(with(2 * kMaxTools)->tools.size() == 1);
  const auto refused = with(100'000);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "invalid_frame");
  CHECK(names(refused.error().message, "100000"));
}

TEST_CASE("What is stored reads as what was declared") {
  const auto declared = read(
      Json::array({{{"name", "crm.pay"},
                    {"auth", "user"},
                    {"rate_limit", 5},
                    {"timeout_ms", 700},
                    {"annotations", {{"idempotentHint", true}, {"requires_approval", true}, {"reconcile", "find"}}}},
                   {{"name", "find"}, {"annotations", {{"readOnlyHint", true}}}}}));
  REQUIRE(declared.tools.size() == 2);
  const auto tool = tool_of({"ent_1", "crm.pay", declared.tools[0].definition_json}, "entity:shop");
  REQUIRE(tool);
  CHECK(tool->tool.effect == model::Effect::Idempotent);
  CHECK(tool->tool.requires_approval);
  CHECK(tool->tool.category == "crm");
  CHECK(tool->tool.reconcile_tool == "find");
  CHECK(tool->tool.timeout_ms == 700);
  CHECK(tool->per_minute == 5);
  CHECK(tool->needs_user);
  CHECK_FALSE(tool_of({"ent_1", "pay", "{"}, "entity:shop"));
  // As it was stored before there were rates.
  CHECK(tool_of({"ent_1", "pay", R"({"input_schema":{"type":"object"}})"}, "entity:shop")->per_minute == 0);
}

TEST_CASE("A callback_url that is no text is refused by itself") {
  const auto registration = read_registration({{"tools", Json::array()}, {"callback_url", 7}}, "entity:shop", {});
  REQUIRE(registration);
  CHECK(registration->callback_url.empty());
  CHECK(registration->rejected.at(0).name == "callback_url");
  CHECK(read_registration({{"tools", Json::array()}, {"callback_url", "https://a.example/x"}}, "entity:shop", {})
            ->callback_url == "https://a.example/x");
}

}  // namespace platos::entities
