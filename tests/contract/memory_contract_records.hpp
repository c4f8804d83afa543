// Part of memory_contract.hpp: writing, fetching, removing, listing, filters, spaces.
#pragma once

#include <limits>

namespace platos::contract {

TEST_CASE_METHOD(MemoryFixture, "memory: describe lists at least one known mode") {
  const auto modes = description().at("modes").get<std::set<std::string>>();
  CHECK_FALSE(modes.empty());
  for (const auto& mode : modes) CHECK(std::set<std::string>{"keyword", "vector", "hybrid"}.count(mode) == 1);
}

TEST_CASE_METHOD(MemoryFixture, "memory: fetch gives back what upsert was given, and leaves out what is not there") {
  const std::string odd(
      "line\nquote\" nul\0 Gr\xC3\xBC\xC3\x9F"
      "e",
      25);
  REQUIRE(memory.upsert({{"a", odd, R"({"kind":"fact","deep":{"list":[1,2]}})", {1, -2, 0.5F}}, {"b", "", "{}"}}) ==
          PLATOS_OK);
  auto items = memory.fetch({"b", "missing", "a"});
  REQUIRE(memory.status == PLATOS_OK);
  REQUIRE(items.size() == 2);
  if (items[0].id == "b") std::swap(items[0], items[1]);
  CHECK(items[0].content == odd);
  CHECK(nlohmann::json::parse(items[0].metadata_json) ==
        nlohmann::json::parse(R"({"kind":"fact","deep":{"list":[1,2]}})"));
  CHECK(items[0].vector == std::vector<float>{1, -2, 0.5F});
  CHECK(items[1].content.empty());
  CHECK(items[1].vector.empty());
}

TEST_CASE_METHOD(MemoryFixture, "memory: upsert replaces the whole record of the same id") {
  REQUIRE(memory.upsert({{"a", "old", R"({"old":true})", {1, 0}}}) == PLATOS_OK);
  REQUIRE(memory.upsert({{"a", "new", "{}"}}) == PLATOS_OK);
  const auto items = memory.fetch({"a"});
  REQUIRE(items.size() == 1);
  CHECK(items[0].content == "new");
  CHECK(nlohmann::json::parse(items[0].metadata_json).empty());
  CHECK(items[0].vector.empty());
  memory.list();
  CHECK(memory.total == 1);
}

TEST_CASE_METHOD(MemoryFixture, "memory: upsert writes all records or none") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  REQUIRE(memory.upsert({{"kept", "before", "{}", {1, 2}}}) == PLATOS_OK);
  for (const std::vector<float>& bad : {std::vector<float>{1, nan}, {infinity, 1}, {1, -infinity}, {1, 2, 3}}) {
    CHECK(memory.upsert({{"kept", "after", "{}", {3, 4}}, {"new", "x", "{}", {5, 6}}, {"bad", "y", "{}", bad}}) ==
          PLATOS_INVALID_ARGUMENT);
    CHECK_FALSE(memory.error.message.empty());
  }
  const auto items = memory.list();
  REQUIRE(ids_of(items) == Ids{"kept"});
  CHECK(items[0].content == "before");
}

TEST_CASE_METHOD(MemoryFixture, "memory: ids and contents over the limit are refused, those at the limit are kept") {
  CHECK(memory.upsert({{std::string(129, 'i'), "x"}}) == PLATOS_INVALID_ARGUMENT);
  CHECK(memory.upsert({{"i", std::string(64 * 1024 + 1, 'c')}}) == PLATOS_INVALID_ARGUMENT);
  REQUIRE(memory.upsert({{std::string(128, 'i'), std::string(64 * 1024, 'c')}}) == PLATOS_OK);
  CHECK(memory.fetch({std::string(128, 'i')}).at(0).content.size() == 64 * 1024);
}

TEST_CASE_METHOD(MemoryFixture, "memory: remove takes out the ids that exist, and counts them") {
  REQUIRE(memory.upsert({{"a", "x"}, {"b", "x"}, {"c", "x"}}) == PLATOS_OK);
  CHECK(memory.remove({"a", "missing", "c"}) == 2);
  CHECK(memory.remove({"a"}) == 0);
  CHECK(memory.status == PLATOS_OK);
  CHECK(ids_of(memory.list()) == Ids{"b"});
  CHECK(memory.fetch({"a", "b"}).size() == 1);
}

TEST_CASE_METHOD(MemoryFixture, "memory: remove by a filter takes out what matches, and {} takes out all") {
  REQUIRE(memory.upsert({{"a", "x", R"({"kind":"fact"})"}, {"b", "x", R"({"kind":"event"})"}, {"c", "x"}}) ==
          PLATOS_OK);
  CHECK(memory.remove({}, "") == 0);
  CHECK(memory.status == PLATOS_INVALID_ARGUMENT);
  CHECK(memory.remove({}, R"({"kind":"fact"})") == 1);
  CHECK(ids_of(memory.list()) == Ids{"b", "c"});
  CHECK(memory.remove({}, "{}") == 2);
  CHECK(memory.list().empty());
  CHECK(memory.total == 0);
}

TEST_CASE_METHOD(MemoryFixture, "memory: list goes through records in the order of ids, page by page") {
  std::vector<Given> given;
  for (const char* id : {"b", "a", "B", "aa", "\xC3\xA4", "1", "c"}) given.push_back({id, "x", "{}", {1, 1}});
  REQUIRE(memory.upsert(given) == PLATOS_OK);
  Ids all;
  for (std::string after;;) {
    const auto page = memory.list(3, after);
    REQUIRE(memory.total == 7);
    if (page.empty()) break;
    for (const auto& item : page) {
      all.push_back(item.id);
      CHECK(item.vector.empty());
      CHECK(item.score == 0);
    }
    after = all.back();
  }
  CHECK(all == Ids{"1", "B", "a", "aa", "b", "c", "\xC3\xA4"});
  memory.list(0);
  CHECK(memory.status == PLATOS_INVALID_ARGUMENT);
  memory.list(1001);
  CHECK(memory.status == PLATOS_INVALID_ARGUMENT);
}

TEST_CASE_METHOD(MemoryFixture, "memory: filters are equals, one of, and absent, and all members must hold") {
  REQUIRE(memory.upsert({{"a", "x", R"({"kind":"fact","stars":3,"open":true})"},
                         {"b", "x", R"({"kind":"event","stars":3,"open":false})"},
                         {"c", "x", R"({"kind":"3","flagged":true})"},
                         {"d", "x", R"({"nested":{"kind":"fact"}})"}}) == PLATOS_OK);
  const auto matching = [&](const char* filter) { return ids_of(memory.list(1000, {}, filter)); };
  CHECK(matching("") == Ids{"a", "b", "c", "d"});
  CHECK(matching("{}") == Ids{"a", "b", "c", "d"});
  CHECK(matching(R"({"kind": "fact"})") == Ids{"a"});
  CHECK(matching(R"({"kind": ["fact", "event", "other"]})") == Ids{"a", "b"});
  CHECK(matching(R"({"stars": 3})") == Ids{"a", "b"});
  CHECK(memory.total == 2);
  CHECK(matching(R"({"stars": 3, "open": false})") == Ids{"b"});
  CHECK(matching(R"({"kind": 3})").empty());
  CHECK(matching(R"({"stars": "3"})").empty());
  CHECK(matching(R"({"flagged": null})") == Ids{"a", "b", "d"});
  CHECK(matching(R"({"kind": null})") == Ids{"d"});
  CHECK(matching(R"({"missing": "x"})").empty());
  CHECK(ids_of(memory.list(1, "a", R"({"stars": 3})")) == Ids{"b"});
  CHECK(memory.total == 2);
}

TEST_CASE_METHOD(MemoryFixture, "memory: fifty spaces with the same ids, texts and vectors never mix") {
  const auto tenant = [](int i) { return "tenant" + std::to_string(i / 2); };
  const auto collection = [](int i) { return i % 2 == 0 ? std::string() : std::string("other"); };
  for (int i = 0; i < 50; ++i) {
    MemoryDriver space(instance, tenant(i), collection(i));
    REQUIRE(space.upsert({{"a", "apple pie", R"({"space":)" + std::to_string(i) + "}", {1, 0}},
                          {"b", "apple", R"({"space":)" + std::to_string(i) + "}", {0, 1}}}) == PLATOS_OK);
  }
  MemoryDriver emptied(instance, tenant(7), collection(7));
  CHECK(emptied.remove({}, "{}") == 2);
  for (int i = 0; i < 50; ++i) {
    MemoryDriver space(instance, tenant(i), collection(i));
    const std::size_t expected = i == 7 ? 0 : 2;
    auto seen = space.list();
    CHECK(space.total == expected);
    if (has_mode("keyword")) {
      const auto hits = space.search({PLATOS_MEMORY_KEYWORD, "apple"});
      CHECK(hits.size() == expected);
      seen.insert(seen.end(), hits.begin(), hits.end());
    }
    if (has_mode("vector")) {
      const auto hits = space.search({PLATOS_MEMORY_VECTOR, {}, {1, 1}});
      CHECK(hits.size() == expected);
      seen.insert(seen.end(), hits.begin(), hits.end());
    }
    for (const auto& item : seen) CHECK(nlohmann::json::parse(item.metadata_json)["space"] == i);
  }
}

TEST_CASE_METHOD(MemoryFixture, "memory: a space whose tenant is not the call's is refused by every function") {
  REQUIRE(memory.upsert({{"a", "secret", "{}", {1, 0}}}) == PLATOS_OK);
  for (const char* environment : {"", "intruder", "acm", "acme2"}) {
    memory.call.attributes["environment"] = environment;
    CHECK(memory.upsert({{"b", "x"}}) == PLATOS_PERMISSION_DENIED);
    CHECK(memory.fetch({"a"}).empty());
    CHECK(memory.status == PLATOS_PERMISSION_DENIED);
    CHECK(memory.remove({"a"}) == 0);
    CHECK(memory.status == PLATOS_PERMISSION_DENIED);
    CHECK(memory.search({PLATOS_MEMORY_HYBRID, "secret", {1, 0}}).empty());
    CHECK(memory.status == PLATOS_PERMISSION_DENIED);
    CHECK(memory.list().empty());
    CHECK(memory.status == PLATOS_PERMISSION_DENIED);
  }
  memory.call.attributes["environment"] = "acme";
  CHECK(ids_of(memory.list()) == Ids{"a"});
}

TEST_CASE_METHOD(MemoryFixture, "memory: a sink that refuses a record ends the function with its status") {
  REQUIRE(memory.upsert({{"a", "x", "{}", {1, 0}}, {"b", "x", "{}", {0, 1}}}) == PLATOS_OK);
  memory.refuse_after = 1;
  CHECK(memory.list().size() == 1);
  CHECK(memory.status == PLATOS_CANCELLED);
  CHECK(memory.fetch({"a", "b"}).size() == 1);
  CHECK(memory.status == PLATOS_CANCELLED);
}

}  // namespace platos::contract
