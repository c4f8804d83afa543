#include "config/loader.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>

#include "settings_values.hpp"
#include "temp_file.hpp"

namespace platos::config {
namespace {

std::string section_of(const Setting& setting) { return std::string(setting.key.substr(0, setting.key.find('.'))); }
std::string name_of(const Setting& setting) { return std::string(setting.key.substr(setting.key.find('.') + 1)); }

std::string variable_of(const Setting& setting) {
  std::string name = "PLATOS__" + section_of(setting) + "__" + name_of(setting);
  for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

/// Only this row differs from the defaults.
void check_only(const Settings& settings, const Setting& changed, const std::string& expected) {
  for (const auto& each : setting_table()) {
    INFO(each.key);
    CHECK(value_of(settings, each) == (each.key == changed.key ? expected : value_of(Settings{}, each)));
  }
}

}  // namespace

TEST_CASE(
    "Every setting can be set from the file, the environment and the command line, and is the only one to change") {
  for (const auto& setting : setting_table()) {
    if (setting.key == "https.listen") continue;  // wants two others beside it
    INFO(setting.key);
    const std::string key(setting.key);
    const std::string value = other_value(setting);
    const TempFile file("\n[" + section_of(setting) + "]\n" + name_of(setting) + " = " + as_toml(setting, value) +
                        "\n");
    Sources sources;
    sources.file = file.path();
    const auto from_file = load(sources);
    REQUIRE(from_file);
    check_only(from_file->settings, setting, value);
    CHECK(from_file->origins.at(key) == "file " + file.path() + ":3");

    sources = {};
    sources.environment[variable_of(setting)] = value;
    const auto from_environment = load(sources);
    REQUIRE(from_environment);
    check_only(from_environment->settings, setting, value);
    CHECK(from_environment->origins.at(key) == "environment " + variable_of(setting));

    sources = {};
    sources.command_line = {{key, value}};
    const auto from_flags = load(sources);
    REQUIRE(from_flags);
    check_only(from_flags->settings, setting, value);
    CHECK(from_flags->origins.at(key) == "command line");
  }
}

TEST_CASE("The environment wins over the file, the command line over both, and the last flag over the first") {
  const TempFile file("[log]\nlevel = \"debug\"\n[http]\nmax_head_bytes = 2000\n[tools]\nmax_parallel = 3\n");
  Sources sources;
  sources.file = file.path();
  sources.environment = {{"PLATOS__LOG__LEVEL", "warn"}, {"PLATOS__HTTP__MAX_HEAD_BYTES", "3000"}};
  sources.command_line = {{"log.level", "info"}, {"log.level", "error"}};
  const auto loaded = load(sources);
  REQUIRE(loaded);
  CHECK(loaded->settings.log_level == "error");
  CHECK(loaded->settings.http_max_head_bytes == 3000);
  CHECK(loaded->settings.tools_max_parallel == 3);
  CHECK(loaded->origins.at("log.level") == "command line");
  CHECK(loaded->origins.at("http.max_head_bytes") == "environment PLATOS__HTTP__MAX_HEAD_BYTES");
  CHECK(loaded->origins.at("tools.max_parallel") == "file " + file.path() + ":6");
  CHECK(loaded->origins.size() == 3);
}

TEST_CASE("Nothing given is the defaults") {
  const auto loaded = load({});
  REQUIRE(loaded);
  CHECK(loaded->origins.empty());
  for (const auto& each : setting_table()) CHECK(value_of(loaded->settings, each) == value_of(Settings{}, each));
}

TEST_CASE("A missing file is an error only when it is required") {
  Sources sources;
  sources.file = "/nonexistent/platos.toml";
  const auto required = load(sources);
  REQUIRE_FALSE(required);
  CHECK(required.error().code == "config_not_readable");
  CHECK(required.error().message.find(sources.file) == 0);
  sources.file_required = false;
  CHECK(load(sources));
}

TEST_CASE("A folder in place of the file is an error", "[finding]") {
  Sources sources;
  sources.file = "/tmp";
  CHECK_FALSE(load(sources));
}

TEST_CASE("A file over one MiB is refused, one of exactly that size is read") {
  const std::string comment = "#" + std::string(1024 * 1024 - 2, 'x') + "\n";
  const TempFile fits(comment);
  const TempFile large(comment + "#");
  Sources sources;
  sources.file = fits.path();
  CHECK(load(sources));
  sources.file = large.path();
  const auto refused = load(sources);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "config_too_large");
}

TEST_CASE("Variables and flags that name no setting are errors that name them") {
  Sources sources;
  sources.environment = {{"PLATOS__LOG__LEVLE", "info"}};
  auto loaded = load(sources);
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().message == R"(PLATOS__LOG__LEVLE: unknown setting "log.levle"; did you mean "log.level"?)");
  sources = {};
  sources.command_line = {{"runs.max_runing", "5"}};
  loaded = load(sources);
  REQUIRE_FALSE(loaded);
  CHECK(loaded.error().message ==
        R"(command line: unknown setting "runs.max_runing"; did you mean "runs.max_running"?)");
}

TEST_CASE("The process's own variables that begin with PLATOS__ are found, others are not") {
  ::setenv("PLATOS__LOG__LEVEL", "a=b", 1);
  ::setenv("PLATOS_LOG_LEVEL", "x", 1);
  const auto overrides = environment_overrides();
  ::unsetenv("PLATOS__LOG__LEVEL");
  ::unsetenv("PLATOS_LOG_LEVEL");
  CHECK(overrides.at("PLATOS__LOG__LEVEL") == "a=b");
  CHECK(overrides.count("PLATOS_LOG_LEVEL") == 0);
}

}  // namespace platos::config
