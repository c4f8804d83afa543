#include "model/tool_rules.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace platos::model {
namespace {

Tool tool_named(const std::string& instance, const std::string& name) {
  Tool tool;
  tool.instance = instance;
  tool.name = name;
  tool.model_name = model_tool_name(instance, name);
  tool.effect = Effect::Read;
  return tool;
}

ToolsBlock block_of(const char* json) {
  const auto block = tools_block_from_json(Json::parse(json));
  REQUIRE(block);
  return *block;
}

std::string said(const ToolVerdict& verdict) {
  return std::string(to_text(verdict.permission)) + (verdict.enabled ? "" : " off") + ": " + verdict.because;
}

}  // namespace

TEST_CASE("A glob fits whole texts, and takes no time for many stars") {
  CHECK(glob_fits("mail__*", "mail__send"));
  CHECK(glob_fits("*", ""));
  CHECK(glob_fits("a?c", "abc"));
  CHECK(glob_fits("*send*", "mail__send_all"));
  CHECK_FALSE(glob_fits("mail__*", "xmail__send"));
  CHECK_FALSE(glob_fits("a?c", "ac"));
  CHECK_FALSE(glob_fits("Mail*", "mail"));
  CHECK_FALSE(glob_fits("", "a"));
  CHECK_FALSE(glob_fits(std::string(256, '*') + "b", std::string(100'000, 'a')));
}

TEST_CASE("The strictest rule of the environment holds, unless the tool has a setting of its own") {
  Tool tool = tool_named("mail", "send");
  ToolRules rules;
  CHECK(said(judge(tool, rules, {})) == "auto_allow: default");
  tool.requires_approval = true;
  CHECK(said(judge(tool, rules, {})) == "require_approval: the tool itself");
  rules.rules = {{"mail/*", Permission::Block}, {"mail__send", Permission::AutoAllow}};
  CHECK(said(judge(tool, rules, {})) == "block: rule mail/*");
  rules.settings["mail__send"] = {"mail__send", true, Permission::AutoAllow, Effect::Unspecified, 0, {}, 0};
  CHECK(said(judge(tool, rules, {})) == "auto_allow: setting");
  rules.settings["mail__send"].permission = Permission::Unspecified;
  CHECK(said(judge(tool, rules, {})) == "block: rule mail/*");
  rules.settings["mail__send"].enabled = false;
  CHECK(said(judge(tool, {}, {})) == "require_approval: the tool itself");
  CHECK_FALSE(judge(tool, rules, {}).usable());
  CHECK(judge(tool, rules, {}).because == "disabled");
}

TEST_CASE("An agent tightens what its environment allows, and never loosens it") {
  const Tool tool = tool_named("mail", "send");
  ToolRules rules;
  rules.rules = {{"mail__*", Permission::RequireApproval}};
  CHECK(said(judge(tool, rules, block_of(R"({"perToolPerms":{"mail__send":{"permission":"auto_allow"}}})"))) ==
        "require_approval: rule mail__*");
  CHECK(said(judge(tool, rules, block_of(R"({"perToolPerms":{"mail__*":{"permission":"block"}}})"))) ==
        "block: agent mail__*");
  CHECK(said(judge(tool, {}, block_of(R"({"perToolPerms":{"*":{"requiresApproval":true}}})"))) ==
        "require_approval: agent *");
  CHECK(said(judge(tool, {}, block_of(R"({"enabledTools":[]})"))) == "block: enabledTools");
  CHECK(said(judge(tool, {}, block_of(R"({"enabledTools":["mail__*"]})"))) == "auto_allow: default");
  CHECK(said(judge(tool, {}, block_of(R"({"enabledTools":null})"))) == "auto_allow: default");
  CHECK(said(judge(tool, {}, block_of(R"({"enabledCategories":["crm"]})"))) == "block: enabledCategories");
  CHECK(said(judge(tool, {}, block_of(R"({"enabledCategories":["mail"]})"))) == "auto_allow: default");
}

TEST_CASE("A tool is as the operator set it, and destructive when its agent says so") {
  const auto shared = std::make_shared<const Tool>(tool_named("mail", "send"));
  const Tool& tool = *shared;
  ToolRules rules;
  CHECK(ruled(shared, judge(tool, rules, {}), rules, {}) == shared);
  const auto destructive = block_of(R"({"perToolPerms":{"mail__send":{"destructive":true,"requiresApproval":true}}})");
  const auto strict = ruled(shared, judge(tool, rules, destructive), rules, destructive);
  CHECK(strict->effect == Effect::Once);
  CHECK(strict->requires_approval);
  CHECK_FALSE(tool.requires_approval);
  rules.settings["mail__send"] = {"mail__send", true, Permission::Unspecified, Effect::Idempotent, 1500, {}, 0};
  const auto set = ruled(shared, judge(tool, rules, {}), rules, {});
  CHECK(set->effect == Effect::Idempotent);
  CHECK(set->timeout_ms == 1500);
  CHECK_FALSE(set->requires_approval);
}

TEST_CASE("The block of an agent is read whole, and what is wrong in it is named") {
  const auto block = block_of(
      R"({"mode":"direct","displayMode":"hybrid","pinnedTools":["a"],"enabledTools":["b*"],"entityIdsRequired":false,
          "categoryDescriptions":{"mail":{"description":"Post"},"crm":"Deals"}})");
  CHECK(block.display == DisplayMode::Hybrid);
  CHECK(block.pinned == std::vector<std::string>{"a"});
  CHECK(block.enabled_tools == std::vector<std::string>{"b*"});
  CHECK(block.entity_ids_required == false);
  CHECK(block.category_descriptions.at("mail") == "Post");
  CHECK(block.category_descriptions.at("crm") == "Deals");
  CHECK(block_of("{}") == ToolsBlock());
  const std::pair<const char*, const char*> bad[] = {
      {R"([])", "toolsBlockConfig"},
      {R"({"displayMode":"loud"})", "displayMode"},
      {R"({"mode":"sub-agent"})", "mode"},
      {R"({"enabledTools":"all"})", "enabledTools"},
      {R"({"enabledTools":[1]})", "enabledTools"},
      {R"({"pinnedTools":{}})", "pinnedTools"},
      {R"({"perToolPerms":{"x":{"permission":"maybe"}}})", "perToolPerms.x.permission"},
      {R"({"perToolPerms":{"x":true}})", "perToolPerms.x"},
      {R"({"perToolPerms":[]})", "perToolPerms"},
      {R"({"categoryDescriptions":{"x":5}})", "categoryDescriptions"},
      {R"({"entityIdsRequired":"yes"})", "entityIdsRequired"},
  };
  for (const auto& [json, member] : bad) {
    INFO(json);
    const auto read = tools_block_from_json(Json::parse(json));
    REQUIRE_FALSE(read);
    CHECK(read.error().code == "invalid_field");
    CHECK(read.error().message.find(member) != std::string::npos);
  }
}

TEST_CASE("Rules are read as they are written, and no more than 500") {
  const Json list = Json::parse(R"([{"pattern":"a*","permission":"block"},{"pattern":"b","permission":"auto_allow"}])");
  const auto rules = tool_rules_from_json(list);
  REQUIRE(rules);
  CHECK(to_json(*rules) == list);
  for (const char* bad : {R"({})", R"([1])", R"([{"pattern":"a"}])", R"([{"permission":"block"}])",
                          R"([{"pattern":"a","permission":"deny"}])"}) {
    INFO(bad);
    CHECK_FALSE(tool_rules_from_json(Json::parse(bad)));
  }
  CHECK_FALSE(tool_rules_from_json(Json(std::vector<Json>(501, list[0]))));
  CHECK_FALSE(tool_rules_from_json(Json::array({{{"pattern", std::string(257, 'a')}, {"permission", "block"}}})));
}

TEST_CASE("The category of a tool is its own, its name's beginning, or its source's") {
  Tool tool = tool_named("entity:shop", "crm.find");
  CHECK(category_of(tool) == "crm");
  tool.name = "find";
  CHECK(category_of(tool) == "entity");
  tool.category = "search";
  CHECK(category_of(tool) == "search");
  CHECK(category_of(tool_named("package:x", "go")) == "skills");
  CHECK(category_of(tool_named("docs", "go")) == "docs");
}

}  // namespace platos::model
