#include <catch2/catch.hpp>

#include "memory_fixture.hpp"

using namespace platos::memory_sqlite_test;

TEST_CASE_METHOD(Fixture, "words are found without their accents, composed or not") {
  REQUIRE(memory.upsert({{"a", "Caf\xC3\xA9 cr\xC3\xA8me in M\xC3\xBCnchen"},
                         {"b", "Cafe\xCC\x81 noir"},
                         {"c",
                          "\xC5\x81\xC3\xB3"
                          "d\xC5\xBA"},
                         {"d", "\xD0\x9C\xD0\x9E\xD0\xA1\xD0\x9A\xD0\x92\xD0\x90"}}) == PLATOS_OK);
  CHECK(found("cafe") == Ids{"b", "a"});
  CHECK(found("CAF\xC3\x89") == Ids{"b", "a"});
  CHECK(found("munchen") == Ids{"a"});
  CHECK(found("CREME") == Ids{"a"});
  CHECK(found("\xD0\xBC\xD0\xBE\xD1\x81\xD0\xBA\xD0\xB2\xD0\xB0") == Ids{"d"});
}

TEST_CASE_METHOD(Fixture, "camelCase, snake_case and punctuation separate words") {
  REQUIRE(memory.upsert(
              {{"a", "getUserName"}, {"b", "parseHTTPHeader2"}, {"c", "max_record_count"}, {"d", "e-mail@host.tld"}}) ==
          PLATOS_OK);
  CHECK(found("user") == Ids{"a"});
  CHECK(found("NAME") == Ids{"a"});
  CHECK(found("http") == Ids{"b"});
  CHECK(found("header2") == Ids{"b"});
  CHECK(found("record") == Ids{"c"});
  CHECK(found("host") == Ids{"d"});
  CHECK(found("username").empty());
}

TEST_CASE_METHOD(Fixture, "texts without spaces are found by their characters") {
  REQUIRE(memory.upsert({{"a", "\xE6\x9D\xB1\xE4\xBA\xAC\xE3\x81\xAB\xE4\xBD\x8F\xE3\x82\x80"}, {"b", "Tokyo"}}) ==
          PLATOS_OK);
  CHECK(found("\xE4\xBA\xAC") == Ids{"a"});
}

TEST_CASE_METHOD(Fixture, "a text of no valid UTF-8 is kept, and its words are found") {
  const std::string odd = "alpha \xFF\xFE\x80 beta \xE4\xBA gamma\xF0";
  REQUIRE(memory.upsert({{"a", odd}, {"b", std::string("nul\0inside", 10)}}) == PLATOS_OK);
  CHECK(memory.fetch({"a"}).at(0).content == odd);
  CHECK(found("beta") == Ids{"a"});
  CHECK(found("inside") == Ids{"b"});
  REQUIRE(memory.remove({"a", "b"}) == 2);
  CHECK(found("alpha beta nul").empty());
}

TEST_CASE_METHOD(Fixture, "a query of more words than are looked up is no failure") {
  REQUIRE(memory.upsert({{"a", "w1 w63"}, {"b", std::string(1000, 'x')}}) == PLATOS_OK);
  std::string many;
  for (int i = 0; i < 5000; ++i) many += "w" + std::to_string(i) + " ";
  CHECK(found(many) == Ids{"a"});
  CHECK(found(std::string(1000, 'x')) == Ids{"b"});
}

TEST_CASE_METHOD(Fixture, "rare words and short texts weigh more, and equal scores go by id") {
  REQUIRE(memory.upsert({{"long", "common rare and so many other words that say nothing at all to anybody"},
                         {"short", "common rare"},
                         {"z", "common thing"},
                         {"y", "common thing"},
                         {"x", "common common common thing"}}) == PLATOS_OK);
  CHECK(found("common rare") == Ids{"short", "long", "x", "y", "z"});
}

TEST_CASE_METHOD(Fixture, "what other spaces hold changes neither hits nor scores") {
  const std::vector<Given> given = {{"a", "red apple"}, {"b", "green apple"}, {"c", "red"}};
  REQUIRE(memory.upsert(given) == PLATOS_OK);
  const auto before = memory.search({PLATOS_MEMORY_KEYWORD, "red apple"});
  MemoryDriver other(running.instance(), "big");
  std::vector<Given> crowd;
  for (int i = 0; i < 3000; ++i) crowd.push_back({std::to_string(i), "red red apple " + std::to_string(i)});
  REQUIRE(other.upsert(crowd) == PLATOS_OK);
  const auto after = memory.search({PLATOS_MEMORY_KEYWORD, "red apple"});
  REQUIRE(ids_of(after) == ids_of(before));
  REQUIRE(after.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) CHECK(after[i].score == before[i].score);
  // Words that look like the marks of another space are plain words.
  CHECK(found("1xred 2xred xred").empty());
}

TEST_CASE_METHOD(Fixture, "hybrid search sums reciprocal ranks") {
  REQUIRE(memory.upsert({{"a", "tea tea", "{}", {1, 0.5F}},
                         {"b", "tea", "{}", {0.1F, 1}},
                         {"c", "coffee", "{}", {1, 0}},
                         {"d", "tea with much milk and a lot of sugar", "{}", {1, 0.1F}}}) == PLATOS_OK);
  const auto ranked = [&](std::int32_t mode) { return ids_of(memory.search({mode, "tea", {1, 0}, 10, 0.5})); };
  REQUIRE(ranked(PLATOS_MEMORY_KEYWORD) == Ids{"a", "b", "d"});
  REQUIRE(ranked(PLATOS_MEMORY_VECTOR) == Ids{"c", "d", "a"});
  const auto hits = memory.search({PLATOS_MEMORY_HYBRID, "tea", {1, 0}, 10, 0.5});
  REQUIRE(ids_of(hits) == Ids{"a", "d", "c", "b"});
  CHECK(hits[0].score == Approx(1.0 / 61 + 1.0 / 63));
  CHECK(hits[1].score == Approx(1.0 / 63 + 1.0 / 62));
  CHECK(hits[2].score == Approx(1.0 / 61));
  CHECK(hits[3].score == Approx(1.0 / 62));
  CHECK(hits[3].cosine == Approx(0.0995).margin(1e-4));
  CHECK(ids_of(memory.search({PLATOS_MEMORY_HYBRID, "tea", {1, 0}, 1, 0.5})) == Ids{"a"});
}

TEST_CASE_METHOD(Fixture, "equal sums of ranks go by id") {
  REQUIRE(memory.upsert({{"text", "tea"}, {"pict", "x", "{}", {1, 0}}}) == PLATOS_OK);
  CHECK(ids_of(memory.search({PLATOS_MEMORY_HYBRID, "tea", {1, 0}})) == Ids{"pict", "text"});
}

TEST_CASE_METHOD(Fixture, "ten thousand memories of one user are searched, listed and removed") {
  for (int batch = 0; batch < 10; ++batch) {
    std::vector<Given> given;
    for (int i = 0; i < 1000; ++i) {
      const int number = batch * 1000 + i;
      given.push_back({"m" + std::to_string(10'000 + number),
                       "the user said number " + std::to_string(number),
                       R"({"even":)" + std::string(number % 2 == 0 ? "true" : "false") + "}",
                       {static_cast<float>(number % 97), static_cast<float>(number % 89), 1}});
    }
    REQUIRE(memory.upsert(given) == PLATOS_OK);
  }
  CHECK(found("number 7777").at(0) == "m17777");
  CHECK(ids_of(memory.search({PLATOS_MEMORY_KEYWORD, "user", {}, 3, -1, R"({"even":false})"})) ==
        Ids{"m10001", "m10003", "m10005"});
  CHECK(memory.search({PLATOS_MEMORY_VECTOR, {}, {5, 5, 1}, 1000}).size() == 1000);
  CHECK(memory.list(2, "m19998").size() == 1);
  CHECK(memory.total == 10'000);
  CHECK(memory.remove({}, R"({"even":true})") == 5'000);
  CHECK(found("number 7778").at(0) != "m17778");
  memory.list(1);
  CHECK(memory.total == 5'000);
}
