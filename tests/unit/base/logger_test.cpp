#include "base/logger.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "support/survives.hpp"

namespace platos::base {
namespace {

using nlohmann::json;
using tests::survives;

struct LogFile {
  std::string path;
  LogFile() {
    char name[] = "/tmp/platos-logger-XXXXXX";
    ::close(::mkstemp(name));
    path = name;
  }
  ~LogFile() { std::filesystem::remove(path); }
  std::vector<std::string> lines() const {
    std::ifstream stream(path);
    std::vector<std::string> all;
    for (std::string line; std::getline(stream, line);) all.push_back(line);
    return all;
  }
};

}  // namespace

TEST_CASE("A line is one JSON object with time, level, room, message and the fields") {
  ManualClock clock;
  LogFile file;
  Logger logger(clock, LogLevel::Debug, LogFormat::Json, file.path);
  logger.warn("room", "what",
              {{"text", "a\"b"}, {"number", std::int64_t{-5}}, {"size", std::size_t{7}}, {"flag", true}});
  const auto lines = file.lines();
  REQUIRE(lines.size() == 1);
  CHECK(lines[0] ==
        R"({"time":"2030-01-01T00:00:00.000Z","level":"warn","room":"room","message":"what","text":"a\"b","number":-5,)"
        R"("size":7,"flag":true})");
}

TEST_CASE("Lines always parse, whatever bytes are logged") {
  ManualClock clock;
  LogFile file;
  Logger logger(clock, LogLevel::Debug, LogFormat::Json, file.path);
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
  logger.info(every, every, {{every, every}, {"percent", "%s {} {0}"}});
  logger.error("r", "\n\r\n{\"level\":\"fake\"}");
  const auto lines = file.lines();
  REQUIRE(lines.size() == 2);
  for (const auto& line : lines) CHECK(json::parse(line, nullptr, false).is_object());
  CHECK(json::parse(lines[0])["percent"] == "%s {} {0}");
}

TEST_CASE("Levels under the lowest are not written") {
  ManualClock clock;
  LogFile file;
  Logger logger(clock, LogLevel::Warn, LogFormat::Json, file.path);
  logger.debug("r", "no");
  logger.info("r", "no");
  logger.warn("r", "yes");
  logger.error("r", "yes");
  CHECK(file.lines().size() == 2);
}

TEST_CASE("The text format names time, level, room, message and fields") {
  ManualClock clock;
  LogFile file;
  Logger logger(clock, LogLevel::Debug, LogFormat::Text, file.path);
  logger.debug("store", "opened", {{"path", "a b"}, {"pages", 3}});
  REQUIRE(file.lines().size() == 1);
  CHECK(file.lines()[0] == "2030-01-01T00:00:00.000Z debug store: opened path=\"a b\" pages=3");
}

TEST_CASE("A text line stays one line, whatever the message holds") {
  ManualClock clock;
  LogFile file;
  Logger logger(clock, LogLevel::Debug, LogFormat::Text, file.path);
  logger.info("r", "first\n2030-01-01T00:00:00.000Z error r: forged");
  CHECK(file.lines().size() == 1);
}

TEST_CASE("Hidden secrets appear in no line, in no place of it") {
  ManualClock clock;
  LogFile file;
  Logger logger(clock, LogLevel::Debug, LogFormat::Json, file.path);
  logger.hide("sk-0123456789");
  logger.hide("short");  // under 8 bytes: ignored
  logger.info("r", "key sk-0123456789, again sk-0123456789", {{"header", "Bearer sk-0123456789"}, {"s", "short"}});
  const auto line = file.lines().at(0);
  CHECK(line.find("sk-0123456789") == std::string::npos);
  CHECK(json::parse(line)["header"] == "Bearer [redacted]");
  CHECK(json::parse(line)["s"] == "short");
  CHECK(logger.redacted("x sk-0123456789") == "x [redacted]");
}

TEST_CASE("Secrets that JSON writes with escapes are hidden too") {
  ManualClock clock;
  for (const std::string secret : {"pass\"word\"1", "back\\slash1", "two\nlines1", "tab\there99"}) {
    LogFile file;
    Logger logger(clock, LogLevel::Debug, LogFormat::Json, file.path);
    logger.hide(secret);
    logger.info("r", "it is " + secret, {{"field", secret}});
    const auto line = json::parse(file.lines().at(0));
    CHECK(line["message"] == "it is [redacted]");
    CHECK(line["field"] == "[redacted]");
  }
}

TEST_CASE("Hiding a secret never breaks the JSON of a line") {
  ManualClock clock;
  LogFile file;
  Logger logger(clock, LogLevel::Debug, LogFormat::Json, file.path);
  logger.hide("nsecret99");
  logger.info("r", "a\nsecret99");
  CHECK(json::parse(file.lines().at(0), nullptr, false).is_object());
}

TEST_CASE("A secret that begins like another does not leave the rest of the longer one") {
  ManualClock clock;
  LogFile file;
  Logger logger(clock, LogLevel::Debug, LogFormat::Json, file.path);
  logger.hide("abcdefgh");
  logger.hide("abcdefghREST");
  CHECK(logger.redacted("abcdefghREST") == "[redacted]");
}

TEST_CASE("A secret that is part of the replacement does not loop for ever") {
  CHECK(survives([] {
    const ManualClock clock;
    const LogFile file;
    Logger logger(clock, LogLevel::Debug, LogFormat::Json, file.path);
    logger.hide("redacted");
    return !logger.redacted("it is redacted").empty();
  }));
}

}  // namespace platos::base
