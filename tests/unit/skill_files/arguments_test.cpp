#include "desk.hpp"

using namespace skill_files_test;

TEST_CASE("seven tools are offered, each with its effect") {
  Desk desk;
  Json effects;
  for (const auto& tool : desk.tools()) {
    effects[tool["name"].get<std::string>()] = tool["effect"];
    CHECK(tool["input_schema"]["additionalProperties"] == false);
  }
  CHECK(effects == Json{{"read_file", "read"},
                        {"write_file", "idempotent"},
                        {"list_dir", "read"},
                        {"delete_file", "idempotent"},
                        {"move_file", "once"},
                        {"search_files", "read"},
                        {"upload_to_sandbox", "idempotent"}});
}

TEST_CASE("arguments that do not fit are refused by name, and nothing is changed") {
  Desk desk;
  struct Case {
    std::string tool;
    Json arguments;
    std::string reason;
  };
  const std::vector<Case> all = {
      {"read_file", Json::object(), "argument \"path\": expected a text, found none"},
      {"read_file", {{"path", 1}}, "argument \"path\": expected a text, found the number 1"},
      {"read_file", {{"path", "a"}, {"offset", -1}}, "argument \"offset\": expected an integer from 0 to"},
      {"read_file", {{"path", "a"}, {"offset", "0"}}, "found a string of 1 character"},
      {"read_file", {{"path", "a"}, {"offset", 1e30}}, "argument \"offset\""},
      {"write_file", {{"path", "a"}}, "argument \"content\": expected a text, found none"},
      {"write_file", {{"content", "a"}}, "argument \"path\": expected a text, found none"},
      {"write_file", {{"path", "a"}, {"content", {"x"}}}, "found an array"},
      {"write_file", {{"path", "a"}, {"content", "x"}, {"contentType", 3}}, "argument \"contentType\""},
      {"write_file",
       {{"path", "a"}, {"content", std::string(4096 * kKiB + 1, 'x')}},
       "expected at most 4 MiB, found 4194305 bytes"},
      {"list_dir", {{"prefix", false}}, "argument \"prefix\": expected a text, found false"},
      {"delete_file", Json::object(), "argument \"path\""},
      {"move_file", {{"from", "a"}}, "argument \"to\": expected a text, found none"},
      {"move_file", {{"to", "a"}}, "argument \"from\": expected a text, found none"},
      {"search_files", Json::object(), "argument \"query\": expected a text, found none"},
      {"search_files", {{"query", ""}}, "argument \"query\": expected a text, found an empty one"},
      {"upload_to_sandbox", Json::object(), "argument \"path\""},
      {"upload_to_sandbox", {{"path", "a"}, {"destPath", 1}}, "argument \"destPath\""},
      {"read_file", Json::array(), "arguments of read_file: expected a JSON object, found an array"},
  };
  for (const auto& each : all) {
    CAPTURE(each.tool);
    const std::string reason = desk.refusal(each.tool, each.arguments);
    INFO(reason);
    CHECK(has(reason, each.reason));
  }
  CHECK(has(desk.refusal("chmod_file", {{"path", "a"}}, PLATOS_NOT_FOUND), "tool of files"));
  CHECK(desk.invoke_text("write_file", "{") == PLATOS_INVALID_ARGUMENT);
  CHECK(desk.count() == 0);
}

TEST_CASE("without a sandbox there is no instance, without a thread no file, and there are no settings") {
  using Catch::Matchers::Contains;
  sdk::testing::FakeHost bare;
  CHECK_THROWS_WITH(platos::tests::SkillTools(bare, "files"), Contains("grant \"sandbox\""));
  sdk::testing::FakeSandbox sandbox(bare, [](const auto&) { return sdk::SandboxEnd{}; });
  CHECK_THROWS_WITH(platos::tests::SkillTools(bare, "files", Json{{"root", "/"}}),
                    Contains("expected no members, found \"root\""));
  platos::tests::SkillTools threadless(bare, "files");
  CHECK(has(threadless.refusal("list_dir", Json::object(), PLATOS_FAILED_PRECONDITION), "thread"));
}
