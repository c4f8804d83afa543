// What a program in the sandbox gets and how it ends.
#include "sandbox_stage.hpp"

using namespace platos;
using namespace platos::tests;

TEST_CASE_METHOD(SandboxStage, "a program runs, with its output, its errors and its exit code") {
  const auto result = shell("echo out; echo err >&2; id; ls -la / /dev; exit 7");
  CHECK(result.exit_code == 7);
  CHECK(result.output == "out\n");
  CHECK(result.errors == "err\n");
}
TEST_CASE_METHOD(SandboxStage, "py") {
  const auto result = python("import os\nprint(os.getcwd(), os.environ)");
  CHECK(result.exit_code == 7);
  CHECK(result.output == "out\n");
  CHECK(result.errors == "err\n");
}
