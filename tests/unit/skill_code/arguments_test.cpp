#include "coder.hpp"

using namespace skill_code_test;

namespace {

constexpr std::size_t kMostCode = 256 * 1024;

Json with_time(const Json& time) { return {{"code", "x"}, {"timeoutMs", time}}; }

}  // namespace

TEST_CASE("arguments that do not fit are refused by name, and nothing runs") {
  struct Case {
    std::string tool;
    Json arguments;
    std::string reason;
  };
  const std::vector<Case> all = {
      {"run_python", Json::object(), "argument \"code\" of run_python: expected a text, found none"},
      {"run_node", {{"command", "x"}}, "argument \"code\" of run_node: expected a text, found none"},
      {"run_shell", {{"code", "x"}}, "argument \"command\" of run_shell: expected a text, found none"},
      {"run_python", {{"code", 7}}, "expected a text, found the number 7"},
      {"run_python", {{"code", nullptr}}, "expected a text, found null"},
      {"run_python", {{"code", {"x"}}}, "expected a text, found an array"},
      {"run_python", {{"code", ""}}, "expected 1 to 262144 bytes, found 0 bytes"},
      {"run_python", {{"code", std::string(kMostCode + 1, 'x')}}, "found 262145 bytes"},
      {"run_python", with_time(999),
       "argument \"timeoutMs\": expected an integer from 1000 to 60000, found the number 999"},
      {"run_node", with_time(60'001), "1000 to 60000"},
      {"run_python", with_time(1500.5), "found the number 1500.5"},
      {"run_python", with_time("1500"), "found a string of 4 characters"},
      {"run_python", with_time(nullptr), "found null"},
      {"run_python", with_time(-1), "found the number -1"},
      {"run_python", with_time(18446744073709551615ULL), "1000 to 60000"},
      {"run_shell", {{"command", "x"}, {"timeoutMs", 120'001}}, "1000 to 120000"},
      {"run_shell", {{"command", "x"}, {"cwd", 1}}, "argument \"cwd\" of run_shell: expected a text"},
      {"run_shell", {{"command", "x"}, {"cwd", ""}}, "argument \"cwd\" of run_shell: expected 1 to"},
      {"run_python", Json::array(), "arguments of run_python: expected a JSON object, found an array"},
  };
  Coder coder;
  for (const auto& each : all) {
    const std::string reason = coder.refusal(each.tool, each.arguments);
    INFO(reason);
    CHECK(has(reason, each.reason));
    CHECK(reason.size() < 200);
  }
  CHECK(coder.sandbox.jobs().empty());
}

TEST_CASE("the largest code and the ends of the time are taken") {
  Coder coder;
  coder.answer("run_python", {{"code", std::string(kMostCode, 'x')}});
  CHECK(coder.sandbox.jobs().at(0).files.at("main.py").size() == kMostCode);
  coder.answer("run_python", with_time(1000));
  coder.answer("run_python", with_time(60'000));
  coder.answer("run_shell", {{"command", "x"}, {"timeoutMs", 120'000}});
  CHECK(coder.sandbox.jobs().at(3).timeout_ms == 120'000);
}

TEST_CASE("text that is no JSON, or nests without end, is refused") {
  Coder coder;
  const std::string deep = R"({"code":"x","a":)" + std::string(100'000, '[') + std::string(100'000, ']') + "}";
  for (const std::string& text : {std::string(), std::string("nonsense"), std::string(R"({"code":"x")"),
                                  std::string("{\"code\":\"\xFF\"}"), deep}) {
    CHECK(coder.invoke_text("run_python", text) == PLATOS_INVALID_ARGUMENT);
    CHECK(has(coder.error.message, "arguments of run_python: expected "));
  }
  CHECK(coder.sandbox.jobs().empty());
}

TEST_CASE("a tool that is none is not found, and its name is not repeated at length") {
  Coder coder;
  for (const std::string& name :
       {std::string("run_ruby"), std::string(), std::string(5000, 'a'), std::string("RUN_PYTHON")}) {
    const std::string reason = coder.refusal(name, {{"code", "x"}}, PLATOS_NOT_FOUND);
    CHECK(has(reason, "tool of code: expected one that it lists"));
    CHECK(reason.size() < 120);
  }
}

TEST_CASE("packages are refused, whatever is asked for, with what an operator can do") {
  Coder coder;
  for (const Json& arguments : {Json{{"packages", "numpy"}}, Json{{"packages", {"a", "b"}}, {"manager", "npm"}},
                                Json{{"packages", "x; curl evil"}}, Json::object()}) {
    const std::string reason = coder.refusal("install_package", arguments, PLATOS_FAILED_PRECONDITION);
    CHECK(has(reason, "sandbox.read_only_paths"));
    CHECK(has(reason, "python_path or node_path"));
  }
  CHECK(coder.sandbox.jobs().empty());
}
