// The observer as the host calls it.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "support/temp_dir.hpp"
#include "unit/observer_otlp/observer_harness.hpp"

using namespace platos::tests;

namespace {

struct Fixture {
  TempDir folder;
  TestHost host;
  platos::sdk::testing::FakeStateDir state{host, folder.path()};
  std::string path = folder.path() + "/trace.jsonl";

  std::vector<nlohmann::json> lines(const std::string& suffix = "") const {
    std::ifstream stream(path + suffix);
    std::vector<nlohmann::json> list;
    for (std::string line; std::getline(stream, line);) list.push_back(nlohmann::json::parse(line));
    return list;
  }
};

}  // namespace

TEST_CASE_METHOD(Fixture, "ten thousand records of all kinds become as many lines, in order") {
  TestObserver observer(host, "{}");
  for (int i = 0; i < 10'000; i += 500) {
    std::vector<Record> batch;
    for (int n = i; n < i + 500; ++n) {
      const std::string name = std::to_string(n);
      batch.push_back(n % 3 == 0   ? Record::span(name)
                      : n % 3 == 1 ? Record::metric(name, PLATOS_METRIC_GAUGE, n)
                                   : Record(PLATOS_RECORD_EVENT).name(name).text("k\xff", "\xff\n"));
    }
    REQUIRE(observer.consume(batch) == PLATOS_OK);
  }
  REQUIRE(observer.flush() == PLATOS_OK);
  const auto found = lines();
  REQUIRE(found.size() == 10'000);
  int wrong = 0;
  for (std::size_t i = 0; i < found.size(); ++i) wrong += found[i]["name"] != std::to_string(i);
  CHECK(wrong == 0);
}

TEST_CASE_METHOD(Fixture, "a flush with nothing to write makes no file") {
  TestObserver observer(host, "{}");
  CHECK(observer.consume({}) == PLATOS_OK);
  CHECK(observer.flush() == PLATOS_OK);
  CHECK_FALSE(std::filesystem::exists(path));
}

TEST_CASE_METHOD(Fixture, "the file rotates at max_mb") {
  TestObserver observer(host, R"({"max_mb": 1, "keep": 1, "max_text_bytes": 65536})");
  for (int i = 0; i < 40; ++i) observer.consume({Record::log(std::string(65'000, 'x'))});
  REQUIRE(observer.flush() == PLATOS_OK);
  CHECK(lines(".1").size() == 16);  // 16 of 65.1 KB are the most that 1 MiB holds
  CHECK(lines().size() == 8);
  CHECK_FALSE(std::filesystem::exists(path + ".2"));
}

TEST_CASE_METHOD(Fixture, "records are written when the instance ends") {
  { TestObserver(host, "{}").consume({Record::log("last words")}); }
  CHECK(lines().at(0)["body"] == "last words");
}

TEST_CASE_METHOD(Fixture, "lost lines fail the flush once, are counted, and said once a minute") {
  std::filesystem::create_directory(path);  // cannot be opened as a file
  TestObserver observer(host, "{}");
  for (int i = 0; i < 120; ++i) {
    CHECK(observer.consume({Record::log("a"), Record::log("b")}) == PLATOS_OK);
    CHECK(observer.flush() == PLATOS_UNAVAILABLE);
    CHECK(observer.flush() == PLATOS_OK);
    host.monotonic_ns += kSecond;
  }
  CHECK(host.counters["file_dropped_total:write_failed"] == 240);
  REQUIRE(host.logs.size() == 2);
  CHECK(host.logs[0] == "trace.jsonl: lost 2 records, write_failed 2: cannot open: Is a directory");
  std::filesystem::remove(path);
  observer.consume({Record::log("c")});
  CHECK(observer.flush() == PLATOS_OK);
  CHECK(lines().size() == 1);
}

TEST_CASE_METHOD(Fixture, "lines lost while records come in fail the next flush, and only that") {
  std::filesystem::create_directory(path);
  TestObserver observer(host, R"({"max_text_bytes": 65536})");
  CHECK(observer.consume(std::vector<Record>(4, Record::log(std::string(65'000, 'x')))) == PLATOS_OK);
  CHECK(observer.consume({Record::log(std::string(65'000, 'x'))}) == PLATOS_OK);  // the buffer was full
  CHECK(host.counters["file_dropped_total:write_failed"] == 4);
  std::filesystem::remove(path);
  CHECK(observer.flush() == PLATOS_UNAVAILABLE);
  CHECK(lines().size() == 1);
  CHECK(observer.flush() == PLATOS_OK);
}

TEST_CASE_METHOD(Fixture, "torn lines and unknown kinds are counted") {
  folder.write("trace.jsonl", "{\"v\":1,");
  TestObserver observer(host, "{}");
  observer.consume({Record::log("a"), Record(42)});
  CHECK(observer.flush() == PLATOS_OK);
  CHECK(host.counters["file_dropped_total:torn"] == 1);
  CHECK(host.counters["file_dropped_total:unknown_kind"] == 1);
  CHECK(lines().size() == 1);
}

TEST_CASE("without a granted state folder the instance is refused") {
  TestHost host;
  CHECK_THROWS_WITH(TestObserver(host, "{}"), Catch::Contains("files"));
}

TEST_CASE_METHOD(Fixture, "a bad configuration is refused by the member's name") {
  const std::pair<const char*, const char*> refused[] = {
      {"[]", "observer-file"},          {R"({"max_mb": 0})", "max_mb"},
      {R"({"max_mb": 1.5})", "max_mb"}, {R"({"keep": -1})", "keep"},
      {R"({"keep": 101})", "keep"},     {R"({"keep": "4"})", "keep"},
      {R"({"colour": 1})", "colour"},   {R"({"max_text_bytes": 63})", "max_text_bytes"},
  };
  for (const auto& [text, member] : refused) {
    CAPTURE(text);
    CHECK_THROWS_WITH(TestObserver(host, text), Catch::Contains(member));
  }
}
