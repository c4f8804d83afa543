// Part of memory_contract.hpp: the modes of search.
#pragma once

#include <cmath>
#include <limits>

namespace platos::contract {

TEST_CASE_METHOD(MemoryFixture, "memory: searching a space that holds nothing gives nothing") {
  for (const auto& [name, mode] :
       {std::pair{"keyword", PLATOS_MEMORY_KEYWORD}, std::pair{"vector", PLATOS_MEMORY_VECTOR},
        std::pair{"hybrid", PLATOS_MEMORY_HYBRID}}) {
    if (!can(name, mode)) continue;
    CHECK(memory.search({mode, "word", {1, 2}}).empty());
    CHECK(memory.status == PLATOS_OK);
  }
}

TEST_CASE_METHOD(MemoryFixture, "memory: an unknown mode and a limit out of range are refused") {
  const std::int32_t known = has_mode("keyword") ? PLATOS_MEMORY_KEYWORD : PLATOS_MEMORY_VECTOR;
  for (const std::int32_t mode : {0, -1, 4, 7}) {
    memory.search({mode, "word", {1, 2}});
    CHECK(memory.status == PLATOS_FAILED_PRECONDITION);
  }
  for (const std::uint32_t limit : {0U, 1001U, 4'000'000'000U}) {
    memory.search({known, "word", {1, 2}, limit});
    CHECK(memory.status == PLATOS_INVALID_ARGUMENT);
  }
}

TEST_CASE_METHOD(MemoryFixture, "memory: keyword search finds words whatever their case, best first") {
  if (!can("keyword", PLATOS_MEMORY_KEYWORD)) return;
  REQUIRE(memory.upsert({{"a", "Paris is the capital of France", "{}", {1, 0}},
                         {"b", "The capital of Italy is Rome"},
                         {"c", "Nothing to see here"}}) == PLATOS_OK);
  const auto hits = memory.search({PLATOS_MEMORY_KEYWORD, "FRANCE capital"});
  REQUIRE(ids_of(hits) == Ids{"a", "b"});
  CHECK(hits[0].score > hits[1].score);
  CHECK(hits[0].content == "Paris is the capital of France");
  for (const auto& hit : hits) {
    CHECK(hit.vector.empty());
    CHECK(hit.cosine == -2);
  }
  CHECK(memory.search({PLATOS_MEMORY_KEYWORD, "capital", {}, 1}).size() == 1);
  CHECK(memory.search({PLATOS_MEMORY_KEYWORD, "Berlin"}).empty());
}

TEST_CASE_METHOD(MemoryFixture, "memory: keyword search forgets replaced and removed texts") {
  if (!can("keyword", PLATOS_MEMORY_KEYWORD)) return;
  REQUIRE(memory.upsert({{"a", "first words"}, {"b", "second words"}}) == PLATOS_OK);
  REQUIRE(memory.upsert({{"a", "third words"}}) == PLATOS_OK);
  CHECK(memory.search({PLATOS_MEMORY_KEYWORD, "first"}).empty());
  CHECK(ids_of(memory.search({PLATOS_MEMORY_KEYWORD, "third"})) == Ids{"a"});
  CHECK(memory.remove({"b"}) == 1);
  CHECK(memory.search({PLATOS_MEMORY_KEYWORD, "second"}).empty());
  CHECK(ids_of(memory.search({PLATOS_MEMORY_KEYWORD, "words"})) == Ids{"a"});
}

TEST_CASE_METHOD(MemoryFixture, "memory: keyword search takes operators and quotes as plain text") {
  if (!can("keyword", PLATOS_MEMORY_KEYWORD)) return;
  REQUIRE(memory.upsert({{"a", "salt and pepper"}, {"b", "near the sea"}, {"c", "plain"}}) == PLATOS_OK);
  for (const char* text : {"\"",         "\"salt",
                           "salt\"\"",   "*",
                           "salt*",      "(salt",
                           "salt)",      "NEAR(salt pepper",
                           "salt AND",   "OR salt",
                           "NOT salt",   "^salt",
                           "words:salt", "{a b}: salt",
                           "-salt",      "salt + pepper",
                           "'",          "salt; DROP TABLE records",
                           "a\\b",       "%",
                           "?1",         ":x"}) {
    memory.search({PLATOS_MEMORY_KEYWORD, text});
    INFO(text);
    CHECK(memory.status == PLATOS_OK);
  }
  CHECK(memory.search({PLATOS_MEMORY_KEYWORD, "\"*()\""}).empty());
  CHECK(ids_of(memory.search({PLATOS_MEMORY_KEYWORD, "NOT \"salt"})) == Ids{"a"});
  CHECK(ids_of(memory.search({PLATOS_MEMORY_KEYWORD, "NEAR"})) == Ids{"b"});
  CHECK(ids_of(memory.search({PLATOS_MEMORY_KEYWORD, "AND"})) == Ids{"a"});
}

TEST_CASE_METHOD(MemoryFixture, "memory: vector search orders by cosine, which it tells, down to min_score") {
  if (!can("vector", PLATOS_MEMORY_VECTOR)) return;
  REQUIRE(memory.upsert({{"same", "x", "{}", {3, 4}},
                         {"near", "x", "{}", {1, 1}},
                         {"across", "x", "{}", {-4, 3}},
                         {"against", "x", "{}", {-0.3F, -0.4F}},
                         {"none", "x"}}) == PLATOS_OK);
  const auto hits = memory.search({PLATOS_MEMORY_VECTOR, {}, {30, 40}});
  REQUIRE(ids_of(hits) == Ids{"same", "near", "across", "against"});
  const double expected[] = {1, 7 / (5 * std::sqrt(2.0)), 0, -1};
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(hits[i].cosine == Approx(expected[i]).margin(1e-6));
    CHECK(hits[i].score == hits[i].cosine);
    CHECK(hits[i].vector.empty());
  }
  CHECK(ids_of(memory.search({PLATOS_MEMORY_VECTOR, {}, {30, 40}, 10, 0.5})) == Ids{"same", "near"});
  CHECK(ids_of(memory.search({PLATOS_MEMORY_VECTOR, {}, {30, 40}, 1})) == Ids{"same"});
}

TEST_CASE_METHOD(MemoryFixture, "memory: vector search forgets replaced and removed vectors") {
  if (!can("vector", PLATOS_MEMORY_VECTOR)) return;
  REQUIRE(memory.upsert({{"a", "x", "{}", {1, 0}}, {"b", "x", "{}", {0, 1}}, {"c", "x", "{}", {1, 1}}}) == PLATOS_OK);
  CHECK(memory.search({PLATOS_MEMORY_VECTOR, {}, {1, 0}}).size() == 3);
  REQUIRE(memory.upsert({{"a", "x", "{}", {-1, 0}}, {"c", "no vector"}}) == PLATOS_OK);
  CHECK(memory.remove({"b"}) == 1);
  const auto hits = memory.search({PLATOS_MEMORY_VECTOR, {}, {1, 0}});
  REQUIRE(ids_of(hits) == Ids{"a"});
  CHECK(hits[0].cosine == Approx(-1));
}

TEST_CASE_METHOD(MemoryFixture, "memory: a query vector of other dimensions, or not finite, is refused") {
  if (!can("vector", PLATOS_MEMORY_VECTOR)) return;
  REQUIRE(memory.upsert({{"a", "x", "{}", {1, 0}}}) == PLATOS_OK);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const std::vector<float>& bad : {std::vector<float>{1}, {1, 0, 0}, {1, nan}}) {
    memory.search({PLATOS_MEMORY_VECTOR, {}, bad});
    CHECK(memory.status == PLATOS_INVALID_ARGUMENT);
    CHECK_FALSE(memory.error.message.empty());
  }
}

TEST_CASE_METHOD(MemoryFixture, "memory: filters apply before the limit in every mode") {
  std::vector<Given> given;
  for (int i = 0; i < 300; ++i) {
    given.push_back({std::to_string(1000 + i), "word word word", "{}", {1, static_cast<float>(i) / 1000}});
  }
  given.push_back({"wanted1", "one word among many others", R"({"kind":"fact"})", {-1, 0.1F}});
  given.push_back({"wanted2", "one word among many others here", R"({"kind":"fact"})", {-1, 0}});
  REQUIRE(memory.upsert(given) == PLATOS_OK);
  for (const auto& [name, mode] :
       {std::pair{"keyword", PLATOS_MEMORY_KEYWORD}, std::pair{"vector", PLATOS_MEMORY_VECTOR},
        std::pair{"hybrid", PLATOS_MEMORY_HYBRID}}) {
    if (!can(name, mode)) continue;
    INFO(name);
    const auto hits = memory.search({mode, "word", {1, 0}, 2, -1, R"({"kind":"fact"})"});
    CHECK(ids_of(hits) == Ids{"wanted1", "wanted2"});
  }
}

TEST_CASE_METHOD(MemoryFixture, "memory: hybrid search finds what either finds, and puts first what both find") {
  if (!can("hybrid", PLATOS_MEMORY_HYBRID)) return;
  REQUIRE(memory.upsert({{"both", "green tea", "{}", {1, 0.2F}},
                         {"text", "green", "{}", {-1, 0.1F}},
                         {"text_only", "tea"},
                         {"vector", "coffee", "{}", {1, 0}}}) == PLATOS_OK);
  const auto hits = memory.search({PLATOS_MEMORY_HYBRID, "green tea", {1, 0}, 10, 0.5});
  REQUIRE(hits.size() == 4);
  CHECK(hits[0].id == "both");
  for (std::size_t i = 1; i < hits.size(); ++i) CHECK(hits[i - 1].score >= hits[i].score);
  for (const auto& hit : hits) {
    if (hit.id == "text_only") CHECK(hit.cosine == -2);
    if (hit.id == "text") CHECK(hit.cosine == Approx(-0.995037).margin(1e-5));
    if (hit.id == "vector") CHECK(hit.cosine == Approx(1));
  }
}

}  // namespace platos::contract
