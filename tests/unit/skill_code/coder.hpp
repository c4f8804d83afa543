// An instance of the skill whose programs end as the test says.
#pragma once

#include <map>
#include <string>

#include "platos/cpp/testing/fake_sandbox.hpp"
#include "support/skill_tools.hpp"

namespace skill_code_test {

namespace sdk = platos::sdk;
using platos::tests::has;
using platos::tests::Json;

struct Machine {
  std::function<sdk::SandboxEnd(const sdk::SandboxJob&)> on_job = [](const auto&) { return sdk::SandboxEnd{}; };
  sdk::testing::FakeHost host;
  sdk::testing::FakeSandbox sandbox{host, [this](const sdk::SandboxJob& job) { return on_job(job); }};
};

struct Coder : Machine, platos::tests::SkillTools {
  explicit Coder(const Json& config = Json::object()) : SkillTools(host, "code", config) {}

  /// The answer about a shell program that ended so.
  Json told_of(const sdk::SandboxEnd& end) {
    on_job = [end](const auto&) { return end; };
    return answer("run_shell", {{"command", "x"}});
  }
};

}  // namespace skill_code_test
