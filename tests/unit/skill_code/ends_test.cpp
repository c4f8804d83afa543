#include "coder.hpp"

using namespace skill_code_test;

namespace {

sdk::SandboxEnd exited(std::int32_t code) {
  sdk::SandboxEnd end;
  end.exit_code = code;
  return end;
}

}  // namespace

TEST_CASE("a program that went well is told of by its output, and by no error") {
  Coder coder;
  sdk::SandboxEnd end;
  end.output = "42\n";
  const Json told = coder.told_of(end);
  CHECK(told["lang"] == "shell");
  CHECK(told["stdout"] == "42\n");
  CHECK(told["stderr"].is_null());
  CHECK(told["error"].is_null());
  CHECK(told["exitCode"] == 0);
  CHECK(told["latencyMs"].get<std::int64_t>() >= 0);
  CHECK_FALSE(told.contains("truncated"));
  CHECK(coder.answer("run_python", {{"code", "x"}})["lang"] == "python");
  CHECK(coder.answer("run_node", {{"code", "x"}})["lang"] == "node");
}

TEST_CASE("exit codes and signals are told apart") {
  Coder coder;
  const std::vector<std::pair<std::int32_t, std::string>> all = {
      {1, "ended with exit code 1"}, {127, "ended with exit code 127"}, {128, "ended with exit code 128"},
      {129, "ended by signal 1"},    {137, "ended by signal 9"},        {139, "ended by signal 11"},
      {192, "ended by signal 64"},   {193, "ended with exit code 193"}, {255, "ended with exit code 255"}};
  for (const auto& [code, error] : all) {
    const Json told = coder.told_of(exited(code));
    CHECK(told["error"] == error);
    CHECK(told["exitCode"] == code);
  }
}

TEST_CASE("what ended a program is said before the code that it ended with, and what it printed stays") {
  Coder coder;
  sdk::SandboxEnd end = exited(137);
  end.output = "so far";
  end.timed_out = true;
  const Json late = coder.told_of(end);
  CHECK(late["error"] == "timed out after 30000 ms; nothing of it runs any more");
  CHECK(late["stdout"] == "so far");
  end.timed_out = false;
  end.stopped_for = "workspace";
  CHECK(coder.told_of(end)["error"] == "it wrote more than the workspace holds; what it wrote was removed");
  for (const char* what : {"memory", "processes", "something new"}) {
    end.stopped_for = what;
    CHECK(coder.told_of(end)["error"] == std::string("stopped: it used too much of: ") + what);
  }
  end.stopped_for.clear();
  end.timed_out = true;
  coder.on_job = [end](const auto&) { return end; };
  CHECK(has(coder.answer("run_python", {{"code", "x"}, {"timeoutMs", 2000}})["error"], "after 2000 ms"));
}

TEST_CASE("long output is cut at the limit of each stream, and said to be") {
  Coder coder({{"max_output_bytes", 1024}, {"python_path", Json::array()}});
  sdk::SandboxEnd end;
  end.output = std::string(1024, 'a');
  CHECK_FALSE(coder.told_of(end).contains("truncated"));
  end.errors = std::string(5000, 'b');
  const Json told = coder.told_of(end);
  CHECK(told["truncated"] == true);
  CHECK(told["stdout"] == std::string(1024, 'a'));
  CHECK(told["stderr"] == std::string(1024, 'b'));
}

TEST_CASE("bytes that are no text do not break the answer") {
  const std::string mark = "\xEF\xBF\xBD";
  Coder coder;
  const std::vector<std::pair<std::string, std::string>> all = {
      {"\xFF", mark},
      {"a\xC3", "a" + mark},                            // cut inside a character
      {"\xED\xA0\x80", mark + mark + mark},             // half of a surrogate pair
      {"\xF5\x80\x80\x80", mark + mark + mark + mark},  // beyond Unicode
      {"\xC3\xA9\n", "\xC3\xA9\n"},
      {std::string("a\0b\x1B[31m", 8), std::string("a\0b\x1B[31m", 8)},
  };
  for (const auto& [bytes, text] : all) {
    sdk::SandboxEnd end;
    end.output = bytes;
    end.errors = bytes;
    const Json told = coder.told_of(end);
    CHECK(told["stdout"] == text);
    CHECK(told["stderr"] == text);
  }
}

TEST_CASE("when nothing could be run, the host's reason and status are the tool's, and there is no output") {
  Coder coder;
  for (const std::int32_t status : {PLATOS_FAILED_PRECONDITION, PLATOS_UNAVAILABLE, PLATOS_RESOURCE_EXHAUSTED,
                                    PLATOS_INVALID_ARGUMENT, PLATOS_DEADLINE, PLATOS_CANCELLED, PLATOS_INTERNAL}) {
    coder.on_job = [status](const auto&) -> sdk::SandboxEnd {
      throw sdk::Error(status, "because " + std::to_string(status));
    };
    CHECK(coder.refusal("run_shell", {{"command", "x"}}, status) == "because " + std::to_string(status));
  }
}

TEST_CASE("a call that was cancelled before runs nothing, and one whose output nobody wants ends so") {
  Coder coder;
  coder.call.cancelled = true;
  coder.refusal("run_python", {{"code", "x"}}, PLATOS_CANCELLED);
  CHECK(coder.sandbox.jobs().empty());
  coder.call.cancelled = false;
  coder.output.refuse_after = 0;
  coder.refusal("run_python", {{"code", "x"}}, PLATOS_CANCELLED);
  CHECK(coder.sandbox.jobs().size() == 1);
}
