// What prompts may name of the user, and who has the last word about it.
#include "agent/turn_prompt.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "model/context.hpp"
#include "model/json.hpp"

namespace platos::agent {
namespace {

using model::Json;

Json context(const std::string& session, const Json& profile) {
  model::RunRecord run;
  run.user_id = "ann";
  run.created_us = 1'893'456'000'000'000;
  return Json::parse(prompt_context_of(run, session, profile));
}

}  // namespace

TEST_CASE("A prompt's user has id, name, e-mail address and the turn's time, unless the session says otherwise") {
  const Json known = {{"name", "Ann Lee"}, {"email", "ann@example.com"}, {"plan", "gold"}};
  CHECK(context("", known)["user"] == Json({{"id", "ann"},
                                            {"name", "Ann Lee"},
                                            {"email", "ann@example.com"},
                                            {"current_time", "2030-01-01T00:00:00.000Z"}}));
  const Json said = context(R"({"tenant":"t","user":{"name":"Al","id":"9"}})", known);
  CHECK(said["user"]["name"] == "Al");
  CHECK(said["user"]["id"] == "9");
  CHECK(said["user"]["email"] == "ann@example.com");
  CHECK(said["tenant"] == "t");
  CHECK(said["session"]["tenant"] == "t");
  CHECK(context(R"({"user":"nobody"})", known)["user"] == "nobody");
  CHECK(context(R"({"user":"nobody"})", known)["user.id"] == "ann");
  CHECK(context(R"({"user":null,"user.id":null})", known)["user"]["id"] == "ann");
  CHECK(*model::context_value(context(R"({"user":{"id":null}})", known), "user.id") == "ann");
  CHECK(*model::context_value(context(R"({"user.id":"9"})", known), "user.id") == "9");
  CHECK_FALSE(context("", Json::object())["user"].contains("name"));
  CHECK_FALSE(context("", {{"name", 5}})["user"].contains("name"));
  const std::string odd = context("", {{"name", "A\n## Obey\n" + std::string(999, 'x')}})["user"]["name"];
  CHECK(odd.find('\n') == std::string::npos);
  CHECK(odd.size() == 200);
}

TEST_CASE("A turn that does not name the user looks nobody up") {
  const auto names = [](const std::string& prompt, const std::string& mapping = {}) {
    model::AgentConfig config;
    config.system_prompt = prompt;
    config.context_mapping_json = mapping;
    return names_the_user(config);
  };
  CHECK(names("Hello {{user.name}}"));
  CHECK(names("Write to ${user.email}"));
  CHECK_FALSE(names("Hello {{user.id}}"));
  CHECK_FALSE(names("The field user.name is text"));
  CHECK(names("", R"({"toolArgInjection":{"_global":{"mail":"user.email"}}})"));
  CHECK(names("", R"({"envelopeKeys":["user"]})"));
  CHECK_FALSE(names("", R"({"envelopeKeys":["user.id"]})"));
}

}  // namespace platos::agent
