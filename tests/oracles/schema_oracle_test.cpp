// JsonSchema against ajv, an independent validator, on generated schemas and values.
#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "model/json_schema.hpp"

namespace platos::model {
namespace {

std::string environment(const char* name, const std::string& otherwise) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0' ? value : otherwise;
}

/// What a command prints, line by line; remembers how it ended.
class CommandLines {
 public:
  explicit CommandLines(const std::string& command) : pipe_(popen(command.c_str(), "r")) {}
  CommandLines(const CommandLines&) = delete;
  CommandLines& operator=(const CommandLines&) = delete;
  ~CommandLines() { close(); }

  bool next(std::string& line) {
    char* text = nullptr;
    std::size_t capacity = 0;
    const ssize_t length = pipe_ == nullptr ? -1 : getline(&text, &capacity, pipe_);
    if (length > 0) line.assign(text, static_cast<std::size_t>(length));
    std::free(text);
    return length > 0;
  }
  int close() {
    const int status = pipe_ == nullptr ? -1 : pclose(pipe_);
    pipe_ = nullptr;
    return status;
  }

 private:
  FILE* pipe_;
};

struct Tally {
  int pairs = 0;
  int valid = 0;
  int draft7 = 0;
  std::vector<std::string> differences;
};

void compare_verdicts(const Json& pair, const std::string& line, Tally& tally) {
  SchemaOptions options;
  const bool draft7 = pair.at("dialect") == "draft7";
  options.dialect = draft7 ? SchemaDialect::Draft7 : SchemaDialect::Draft2020;
  const auto schema = JsonSchema::compile(pair.at("schema"), options);
  ++tally.pairs;
  tally.valid += pair.at("valid").get<bool>() ? 1 : 0;
  tally.draft7 += draft7 ? 1 : 0;
  if (!schema) {
    tally.differences.push_back(schema.error().message + "\n" + line);
    return;
  }
  const auto problems = schema->check(pair.at("value"));
  if (problems.empty() == pair.at("valid").get<bool>()) return;
  const std::string found = problems.empty() ? "no problem" : problems.front().at + ": " + problems.front().message;
  tally.differences.push_back("found " + found + "\n" + line);
}

}  // namespace

TEST_CASE("JsonSchema and ajv agree on every generated schema and value") {
  if (!std::filesystem::exists(PLATOS_ORACLES "/node_modules/ajv/package.json")) {
    FAIL("ajv is not installed: run `npm ci` in tests/oracles");
  }
  const int wanted = std::stoi(environment("PLATOS_SCHEMA_PAIRS", "10000"));
  const std::string seed = environment("PLATOS_SCHEMA_SEED", "1");
  CommandLines lines("\"" PLATOS_NODE "\" \"" PLATOS_ORACLES "/schema_verdicts.js\" " + std::to_string(wanted) + " " +
                     std::to_string(std::stoul(seed)));
  Tally tally;
  std::string line;
  while (lines.next(line)) compare_verdicts(Json::parse(line), line, tally);
  CHECK(lines.close() == 0);
  for (std::size_t i = 0; i < std::min<std::size_t>(5, tally.differences.size()); ++i) {
    UNSCOPED_INFO("PLATOS_SCHEMA_SEED=" << seed << ": " << tally.differences[i]);
  }
  CHECK(tally.differences.size() == 0);
  CHECK(tally.pairs == wanted);
  // A generator that makes only one kind of pair would prove little.
  CHECK(tally.valid > wanted / 5);
  CHECK(tally.valid < wanted * 4 / 5);
  CHECK(tally.draft7 > wanted / 3);
  CHECK(tally.draft7 < wanted * 2 / 3);
}

}  // namespace platos::model
