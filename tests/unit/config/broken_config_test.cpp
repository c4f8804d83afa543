#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "config/loader.hpp"
#include "temp_file.hpp"

namespace platos::config {
namespace {

struct Broken {
  std::string text;
  std::string error;  ///< without the path and the colon after it
};

std::string error_of(const std::string& text, std::string* code = nullptr) {
  const TempFile file(text);
  Sources sources;
  sources.file = file.path();
  const auto loaded = load(sources);
  if (loaded) return "loaded";
  if (code != nullptr) *code = loaded.error().code;
  const std::string& message = loaded.error().message;
  return message.find(file.path() + ":") == 0 ? message.substr(file.path().size() + 1) : message;
}

std::string unknown(const std::string& key, const std::string& near) {
  return "unknown setting \"" + key + "\"; did you mean \"" + near + "\"?";
}
std::string unknown(const std::string& key) {
  return "unknown setting \"" + key + "\"; platosd --print-config lists all";
}

const std::vector<Broken>& unknown_keys() {
  static const std::vector<Broken> table = {
      {"[http]\nlisen = \"127.0.0.1:1\"", "2:1: " + unknown("http.lisen", "http.listen")},
      {"[http]\n\n   max_body_byte = 5", "3:4: " + unknown("http.max_body_byte", "http.max_body_bytes")},
      {"[log]\nlevle = \"info\"", "2:1: " + unknown("log.levle", "log.level")},
      {"[logs]\nlevel = \"info\"", "2:1: " + unknown("logs.level", "log.level")},
      {"[log]\nLevel = \"info\"", "2:1: " + unknown("log.Level", "log.level")},
      {"[store]\ndurabilty = \"off\"", "2:1: " + unknown("store.durabilty", "store.durability")},
      {"[run]\nmax_running = 1", "2:1: " + unknown("run.max_running", "runs.max_running")},
      {"[runs]\ndeadline = 1000", "2:1: " + unknown("runs.deadline", "runs.deadline_ms")},
      {"[models]\nmax_retrys = 1", "2:1: " + unknown("models.max_retrys", "models.max_retries")},
      {"[egress]\nsilence_timeout = 1", "2:1: " + unknown("egress.silence_timeout", "egress.silence_timeout_ms")},
      {"[plugin]\nworkers = 1", "2:1: " + unknown("plugin.workers", "plugins.workers")},
      {"[retention]\nstream_day = 1", "2:1: " + unknown("retention.stream_day", "retention.stream_days")},
      {"[tools]\nmax_paralel = 1", "2:1: " + unknown("tools.max_paralel", "tools.max_parallel")},
      {"[database]\nconnection_string = \"x\"", "2:1: " + unknown("database.connection_string")},
      {"verbose = true", "1:1: " + unknown("verbose")},
      {"tools.max_paralel = 1", "1:7: " + unknown("tools.max_paralel", "tools.max_parallel")},
  };
  return table;
}

const std::vector<Broken>& wrong_values() {
  static const std::vector<Broken> table = {
      {"[log]\nlevel = 3", "2:9: log.level: expected a string, found a value of type integer"},
      {"[log]\nlevel = [\"info\"]", "2:9: log.level: expected a string, found a value of type array"},
      {"[log.level]\nx = 1", "1:1: log.level: expected a string, found a value of type table"},
      {"[log]\nlevel = 1979-05-27", "2:9: log.level: expected a string, found a value of type date"},
      {"[log]\nlevel = \"loud\"",
       "2:9: log.level: expected one of \"debug\" \"info\" \"warn\" \"error\", found \"loud\""},
      {"[log]\nlevel = \"INFO\"",
       "2:9: log.level: expected one of \"debug\" \"info\" \"warn\" \"error\", found \"INFO\""},
      {"[log]\nformat = \"\"", "2:10: log.format: expected one of \"auto\" \"json\" \"text\", found \"\""},
      {"[store]\ndurability = false", "2:14: store.durability: expected a string, found a value of type boolean"},
      {"[http]\ninsecure_listen = \"true\"",
       "2:19: http.insecure_listen: expected true or false, found a value of type string"},
      {"[http]\ninsecure_listen = 1",
       "2:19: http.insecure_listen: expected true or false, found a value of type integer"},
      {"[http]\nallowed_hosts = \"a\"",
       "2:17: http.allowed_hosts: expected an array of strings, found a value of type string"},
      {"[http]\nallowed_hosts = [\"a\",\n 5]",
       "3:2: http.allowed_hosts: expected an array of strings, found a value of type integer"},
      {"[tools]\nmax_parallel = \"4\"", "2:16: tools.max_parallel: expected an integer, found a value of type string"},
      {"[tools]\nmax_parallel = 4.0",
       "2:16: tools.max_parallel: expected an integer, found a value of type floating-point"},
      {"[tools]\nmax_parallel = 0", "2:16: tools.max_parallel: expected a whole number from 1 to 256, found \"0\""},
      {"[tools]\nmax_parallel = 257", "2:16: tools.max_parallel: expected a whole number from 1 to 256, found \"257\""},
      {"[tools]\nmax_parallel = -1", "2:16: tools.max_parallel: expected a whole number from 1 to 256, found \"-1\""},
      {"[store]\n# a comment\nmax_bytes = -1",
       "3:13: store.max_bytes: expected a whole number from 0 to 9223372036854775807, found \"-1\""},
      {"[http]\nread_timeout_ms = 99",
       "2:19: http.read_timeout_ms: expected a whole number from 100 to 3600000, found \"99\""},
  };
  return table;
}

}  // namespace

TEST_CASE("Unknown keys are named with file, line and column, and with the key that was meant") {
  for (const auto& broken : unknown_keys()) {
    std::string code;
    CHECK(error_of(broken.text, &code) == broken.error);
    CHECK(code == "unknown_setting");
  }
}

TEST_CASE("Wrong values are named with file, line and column, what was expected and what was found") {
  for (const auto& broken : wrong_values()) {
    std::string code;
    CHECK(error_of(broken.text, &code) == broken.error);
    CHECK(code == "invalid_setting");
  }
}

TEST_CASE("An item of an array is blamed at its own place", "[finding]") {
  CHECK(error_of("[http]\nallowed_hosts = [\"a\",\n 5]").find("3:2: ") == 0);
}

TEST_CASE("A whole key in quotes is not answered with itself", "[finding]") {
  CHECK(error_of("\"log.level\" = \"info\"").find("did you mean \"log.level\"") == std::string::npos);
}

TEST_CASE("Text that is not TOML is refused with the place where it stops being TOML") {
  const std::vector<Broken> table = {
      {"[log\nlevel = \"info\"", "1:"},
      {"[log]\nlevel = ", "2:"},
      {"[log]\nlevel = info", "2:"},
      {"[log]\nlevel = \"info", "2:"},
      {"[log]\nlevel = \"a\"\nlevel = \"b\"", "3:"},
      {"[log]\n[log]", "2:"},
      {"[log]\nlevel \"info\"", "2:"},
      {"[log]\nlevel = \"\xFF\"", "2:"},
      {"[http]\nallowed_hosts = [\"a\"", "2:"},
      {"[tools]\nmax_parallel = 99999999999999999999", "2:"},
  };
  for (const auto& broken : table) {
    std::string code;
    INFO(broken.text);
    const std::string error = error_of(broken.text, &code);
    CHECK(error.substr(0, broken.error.size()) == broken.error);
    CHECK(code == "config_syntax");
  }
}

}  // namespace platos::config
