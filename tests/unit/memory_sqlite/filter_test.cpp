#include <catch2/catch.hpp>

#include "memory_fixture.hpp"

using namespace platos::memory_sqlite_test;

TEST_CASE_METHOD(Fixture, "numbers are equal by value, and kinds never mix") {
  REQUIRE(memory.upsert({{"float", "x", R"({"n": 1.0})"},
                         {"integer", "x", R"({"n": 1})"},
                         {"large", "x", R"({"n": 18446744073709551615})"},
                         {"minus", "x", R"({"n": -1})"},
                         {"text", "x", R"({"n": "1"})"},
                         {"true", "x", R"({"n": true})"},
                         {"null", "x", R"({"n": null})"},
                         {"object", "x", R"({"n": {"n": 1}})"}}) == PLATOS_OK);
  const auto matching = [&](const char* filter) { return ids_of(memory.list(1000, {}, filter)); };
  CHECK(matching(R"({"n": 1})") == Ids{"float", "integer"});
  CHECK(matching(R"({"n": 1e0})") == Ids{"float", "integer"});
  CHECK(matching(R"({"n": -1})") == Ids{"minus"});
  CHECK(matching(R"({"n": 18446744073709551615})") == Ids{"large"});
  CHECK(matching(R"({"n": true})") == Ids{"true"});
  CHECK(matching(R"({"n": null})") == Ids{"null"});
  CHECK(matching(R"({"n": ["1", false, -1]})") == Ids{"minus", "text"});
  CHECK(matching(R"({"n": []})").empty());
}

TEST_CASE_METHOD(Fixture, "a filter that is none is refused by every function that takes one") {
  REQUIRE(memory.upsert({{"a", "x", "{}", {1}}}) == PLATOS_OK);
  std::string many = "{\"a\":1";
  for (int i = 0; i < 40; ++i) many += ",\"m" + std::to_string(i) + "\":1";
  for (const std::string& bad :
       {std::string("["), std::string("[]"), std::string("1"), std::string(R"({"a": {"b": 1}})"),
        std::string(R"({"a": [[1]]})"), std::string(R"({"a": [null]})"), many + "}",
        "{\"a\":\"" + std::string(70'000, 'x') + "\"}", std::string(100'000, '['), std::string("{\"a\":\"\xFF\"}")}) {
    memory.list(10, {}, bad);
    CHECK(memory.status == PLATOS_INVALID_ARGUMENT);
    memory.search({PLATOS_MEMORY_KEYWORD, "x", {}, 10, 0, bad});
    CHECK(memory.status == PLATOS_INVALID_ARGUMENT);
    CHECK(memory.remove({}, bad) == 0);
    CHECK(memory.status == PLATOS_INVALID_ARGUMENT);
  }
  memory.list();
  CHECK(memory.total == 1);
}

TEST_CASE_METHOD(Fixture, "removing with neither ids nor a filter is refused, not taken for all") {
  REQUIRE(memory.upsert({{"a", "x"}}) == PLATOS_OK);
  CHECK(memory.remove({}) == 0);
  CHECK(memory.status == PLATOS_INVALID_ARGUMENT);
  CHECK(memory.remove({"missing"}, "{}") == 0);
  memory.list();
  CHECK(memory.total == 1);
}

TEST_CASE_METHOD(Fixture, "metadata that is no object, or too long or deep, is refused") {
  const std::string deep = "{\"a\":" + std::string(40, '[') + std::string(40, ']') + "}";
  for (const std::string& bad : {std::string("[]"), std::string("{"), std::string("null"), std::string("{} x"), deep,
                                 "{\"a\":\"" + std::string(64 * 1024, 'x') + "\"}", std::string(1'000'000, '[')}) {
    CHECK(memory.upsert({{"a", "x", bad}}) == PLATOS_INVALID_ARGUMENT);
  }
  CHECK(memory.list().empty());
  REQUIRE(memory.upsert({{"a", "x", ""}}) == PLATOS_OK);
  CHECK(memory.fetch({"a"}).at(0).metadata_json == "{}");
}
