#include "model/tool_costs.hpp"

#include <catch2/catch.hpp>

namespace platos::model {
namespace {

constexpr const char* kFile = R"({"tools":1,"entries":[
  {"skills":["web","platos.web_search"],"tools":["web_search","fetch_url"],"cents":0.8},
  {"skills":["parallel"],"tools":["research"],"argument":"processor","cents":{"lite":2,"base":5},"usual":"base"}]})";

Tool tool_of(const std::string& instance, const std::string& name) {
  Tool tool;
  tool.instance = instance;
  tool.name = name;
  return tool;
}

ToolPrices prices() {
  ToolPrices made;
  REQUIRE(made.add(kFile, "tools/test.json"));
  return made;
}

}  // namespace

TEST_CASE("A tool is of a package, of a skill's instance, or of no skill") {
  CHECK(skill_of(tool_of("package:acme.pay", "go")) == "acme.pay");
  CHECK(skill_of(tool_of("web", "web_search")) == "web");
  for (const char* none : {"package:*", "platos.memory", "entity:shop"}) CHECK(skill_of(tool_of(none, "x")).empty());
}

TEST_CASE("Calls are estimated by skill, tool and argument; what is not listed costs nothing") {
  const ToolPrices list = prices();
  CHECK(list.estimate(tool_of("web", "fetch_url"), "{}") == 8000);
  CHECK(list.estimate(tool_of("package:platos.web_search", "web_search"), "{}") == 8000);
  CHECK(list.estimate(tool_of("package:acme.web_search", "web_search"), "{}") == 0);
  CHECK(list.estimate(tool_of("web", "other"), "{}") == 0);
  CHECK(list.estimate(tool_of("parallel", "research"), R"({"processor":"lite"})") == 20'000);
  for (const char* usual : {"{}", R"({"processor":"none"})", R"({"processor":5})", "no JSON", "[]"}) {
    INFO(usual);
    CHECK(list.estimate(tool_of("parallel", "research"), usual) == 50'000);
  }
}

TEST_CASE(
    "A later list of prices replaces tools of an earlier one; one that is wrong is named, and nothing of it is taken") {
  ToolPrices list = prices();
  REQUIRE(list.add(R"({"tools":1,"entries":[{"skills":["web"],"tools":["fetch_url"],"cents":2}]})", "tools/own.json"));
  CHECK(list.estimate(tool_of("web", "fetch_url"), "{}") == 20'000);
  CHECK(list.estimate(tool_of("web", "web_search"), "{}") == 8000);
  for (
      const char* bad :
      {"[]", "{", R"({"tools":2,"entries":[]})", R"({"tools":1})", R"({"tools":1,"entries":[5]})",
       R"({"tools":1,"entries":[{"skills":["web"],"tools":["fetch_url"],"cents":9},{"skills":[],"tools":["a"],"cents":1}]})",
       R"({"tools":1,"entries":[{"skills":["web"],"tools":["fetch_url",5],"cents":1}]})",
       R"({"tools":1,"entries":[{"skills":["web"],"tools":["fetch_url"],"cents":-1}]})",
       R"({"tools":1,"entries":[{"skills":["web"],"tools":["fetch_url"],"cents":"1"}]})",
       R"({"tools":1,"entries":[{"skills":["web"],"tools":["fetch_url"],"argument":"a","cents":1}]})",
       R"({"tools":1,"entries":[{"skills":["web"],"tools":["fetch_url"],"argument":"a","cents":{"x":1}}]})",
       R"({"tools":1,"entries":[{"skills":["web"],"tools":["fetch_url"],"argument":"a","cents":{"x":1},"usual":"y"}]})"}) {
    INFO(bad);
    const auto added = list.add(bad, "tools/bad.json");
    REQUIRE_FALSE(added);
    CHECK(added.error().message.find("tools/bad.json") != std::string::npos);
    CHECK(list.estimate(tool_of("web", "fetch_url"), "{}") == 20'000);
  }
}

TEST_CASE("What a skill says of its costs is taken out of the result, and believed within reason") {
  std::string result =
      R"({"found":[1],"_usage":{"inputUnits":3,"outputUnits":40,"costCents":1.25,"provider":"tavily"}})";
  auto usage = take_usage(result, 7);
  REQUIRE(usage);
  CHECK(result == R"({"found":[1]})");
  CHECK(usage->input_units == 3);
  CHECK(usage->output_units == 40);
  CHECK(usage->cost_micro_usd == 12'500);
  CHECK(usage->provider == "tavily");
  for (const char* odd : {R"({"_usage":{"costCents":-5}})", R"({"_usage":{"costCents":1e12,"inputUnits":-1}})",
                          R"({"_usage":{"costCents":"1","outputUnits":1e300,"provider":5}})", R"({"_usage":5})"}) {
    INFO(odd);
    result = odd;
    usage = take_usage(result, 7);
    REQUIRE(usage);
    CHECK(result == "{}");
    CHECK(usage->cost_micro_usd == 7);
    CHECK(usage->input_units == 0);
    CHECK(usage->output_units == 0);
    CHECK(usage->provider == "unknown");
  }
  for (const char* none :
       {R"({"a":{"_usage":{"costCents":1}}})", R"("_usage")", R"(["_usage"])", "{}", "no JSON _usage"}) {
    INFO(none);
    result = none;
    CHECK_FALSE(take_usage(result, 7));
    CHECK(result == none);
  }
}

}  // namespace platos::model
