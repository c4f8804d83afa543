// The rules of SKILL.md against skills-ref, the reference library of the Agent Skills specification, on generated
// skills.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/folder.hpp"
#include "model/json.hpp"
#include "model/skill.hpp"
#include "support/daemon.hpp"
#include "support/temp_dir.hpp"

namespace platos::tests {
namespace {

using model::Json;

std::string setting(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : otherwise;
}

/// As `platos skills validate` does it. Empty: valid.
std::string verdict_of(const std::filesystem::path& folder) {
  auto files = base::read_folder(folder.string());
  if (!files) return files.error().message;
  const auto package = model::make_skill_package(std::move(*files), folder.filename().string());
  return package ? std::string() : package.error().message;
}

}  // namespace

TEST_CASE("Platos and skills-ref agree on every generated skill") {
  if (!std::filesystem::exists(PLATOS_ORACLES "/node_modules/skills-ref/package.json")) {
    FAIL("skills-ref is not installed: run `npm ci` in tests/oracles");
  }
  const std::string count = setting("PLATOS_SKILL_COUNT", "600");
  const std::string seed = setting("PLATOS_SKILL_SEED", "1");
  const TempDir folder;
  const auto made = run_program({PLATOS_NODE, PLATOS_ORACLES "/skill_maker.js", count, seed, folder.path()});
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
  std::istringstream lines(made.out);
  int total = 0;
  int valid = 0;
  int different = 0;
  for (std::string line; std::getline(lines, line); ++total) {
    const Json theirs = Json::parse(line);
    const std::string ours = verdict_of(std::filesystem::path(folder.path()) / theirs.at("folder").get<std::string>());
    valid += theirs.at("valid").get<bool>() ? 1 : 0;
    if (ours.empty() == theirs.at("valid").get<bool>()) continue;
    if (++different <= 5)
      UNSCOPED_INFO("PLATOS_SKILL_SEED=" << seed << ": " << line << "\nPlatos: " << (ours.empty() ? "valid" : ours));
  }
  CHECK(different == 0);
  CHECK(std::to_string(total) == count);
  // A generator that makes only one kind would prove little.
  CHECK(valid > total / 5);
  CHECK(valid < total * 4 / 5);
}

}  // namespace platos::tests
