#include "model/context.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace platos::model {
namespace {

const Json kContext =
    Json::parse(R"({"user.id":"u1","user":{"id":"nested","n":null},"items":[{"n":7}],"o":{"a":1},"trick":"{{o}}"})");

std::string filled(std::string_view text, const std::vector<std::string>& allowed = {},
                   Unresolved unresolved = Unresolved::Keep) {
  return fill_placeholders(text, kContext, allowed, unresolved);
}

}  // namespace

TEST_CASE("Placeholders take the flat key first, then step along the dots") {
  CHECK(filled("{{user.id}}") == "u1");
  CHECK(filled("{{ items.0.n }}") == "7");
  CHECK(filled("a ${user.id} b {{o}} c") == R"(a u1 b {"a":1} c)");
  CHECK(filled("{{missing}}") == "{{missing}}");
  CHECK(filled("{{missing}}", {}, Unresolved::Empty).empty());
  CHECK(filled("{{user.n}} {{items.1.n}} {{items.x}}") == "{{user.n}} {{items.1.n}} {{items.x}}");
  CHECK(filled("{{1bad}} {{}} {{a b}} {{ open") == "{{1bad}} {{}} {{a b}} {{ open");
  CHECK(filled("{{missing | default: nobody}} {{user.id | default: x}}") == "nobody u1");
  CHECK(filled("{{missing | upper}}") == "{{missing | upper}}");
  // What was put in is not looked at again.
  CHECK(filled("{{trick}}") == "{{o}}");
}

TEST_CASE("A list of allowed names keeps all others as they are") {
  CHECK(filled("{{user.id}}", {"items"}) == "{{user.id}}");
  CHECK(filled("{{items.0.n}}", {"items"}) == "7");
  CHECK(filled("{{itemsx | default: y}}", {"items"}) == "{{itemsx | default: y}}");
}

TEST_CASE("A text of nothing but braces takes no time, and cannot grow without end") {
  const std::string braces(200'000, '{');
  CHECK(filled(braces) == braces);
  const Json big = {{"b", std::string(600'000, 'x')}};
  CHECK(fill_placeholders("{{b}}{{b}}{{b}}", big, {}).size() < 1'100'000);
}

TEST_CASE("Names of arguments match keys whatever their spelling") {
  CHECK(names_match("tenantId", "tenant_id"));
  CHECK(names_match("TENANT-ID", "tid"));
  CHECK(names_match("user_id", "session.uid"));
  CHECK(names_match("org", "organizationId"));
  CHECK(names_match("accountId", "aid"));
  CHECK_FALSE(names_match("userId", "tenantId"));
  CHECK_FALSE(names_match("__", "--"));
}

TEST_CASE("A mapping is read whole, and what is wrong in it is named") {
  const auto mapping = context_mapping_from_json(Json::parse(
      R"({"promptVars":["a"],"toolArgInjection":{"_global":{"t":"tenant"},"x":{"_auto":false,"q":"LLM"}},
          "envelopeKeys":["e"],"entityIdsKey":"ids","declaredKeys":["d"],"constants":{"x":{"n":5,"s":"t"}}})"));
  REQUIRE(mapping);
  CHECK(mapping->arguments.at("_global").at("t") == "tenant");
  CHECK_FALSE(mapping->auto_match.at("x"));
  CHECK(mapping->constants.at("x").at("s") == "\"t\"");
  CHECK(mapping->entity_ids_key == "ids");
  CHECK(context_mapping_from_json(Json())->empty());
  const std::pair<const char*, const char*> bad[] = {
      {R"(5)", "contextMapping"},
      {R"({"promptVars":"all"})", "promptVars"},
      {R"({"declaredKeys":[1]})", "declaredKeys"},
      {R"({"entityIdsKey":1})", "entityIdsKey"},
      {R"({"toolArgInjection":[]})", "toolArgInjection"},
      {R"({"toolArgInjection":{"x":1}})", "toolArgInjection.x"},
      {R"({"toolArgInjection":{"x":{"q":1}}})", "toolArgInjection.x.q"},
      {R"({"toolArgInjection":{"x":{"_auto":"no"}}})", "toolArgInjection.x._auto"},
      {R"({"constants":{"x":5}})", "constants.x"},
  };
  for (const auto& [json, member] : bad) {
    INFO(json);
    const auto read = context_mapping_from_json(Json::parse(json));
    REQUIRE_FALSE(read);
    CHECK(read.error().message.find(member) != std::string::npos);
  }
}

TEST_CASE("A session's context is an object of bounded size without the host's own keys") {
  CHECK(*check_session_context(Json::parse(R"({"tenant_id":"t9"})"), "context") == R"({"tenant_id":"t9"})");
  CHECK_FALSE(check_session_context(Json::array(), "context"));
  CHECK_FALSE(check_session_context(Json("text"), "context"));
  CHECK_FALSE(check_session_context({{"__platos", 1}}, "context"));
  CHECK_FALSE(check_session_context({{"", 1}}, "context"));
  CHECK_FALSE(check_session_context({{"a", std::string(33'000, 'x')}}, "context"));
  Json many = Json::object();
  for (int i = 0; i < 257; ++i) many["k" + std::to_string(i)] = i;
  CHECK_FALSE(check_session_context(many, "context"));
}

}  // namespace platos::model
