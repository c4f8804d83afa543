// Part of memory_contract.hpp: several threads on one instance.
#pragma once

#include <thread>

namespace platos::contract {

/// What one thread does; Catch2's macros are not for threads, so it counts what is wrong.
inline int work_concurrently(const FakeInstance& instance, int worker, std::int32_t mode) {
  MemoryDriver shared(instance);
  MemoryDriver own(instance, "tenant" + std::to_string(worker));
  int wrong = 0;
  for (int i = 0; i < 60; ++i) {
    const std::string id = std::to_string(i % 9);
    const auto value = static_cast<float>(worker + 1);
    const std::vector<Given> given = {{id, "word " + id, "{}", {value, 1}}, {"x" + id, "word", "{}", {1, value}}};
    wrong += shared.upsert(given) == PLATOS_OK ? 0 : 1;
    wrong += own.upsert(given) == PLATOS_OK ? 0 : 1;
    const auto hits = own.search({mode, "word", {value, 1}, 100});
    own.list();
    wrong += hits.size() == own.total ? 0 : 1;
    // Both records of a call are there or neither.
    auto pair = shared.fetch({id, "x" + id});
    wrong += pair.size() == 1 ? 1 : 0;
    if (pair.size() == 2 && pair[0].id != id) std::swap(pair[0], pair[1]);
    if (pair.size() == 2) wrong += pair[0].vector[0] == pair[1].vector[1] ? 0 : 1;
    shared.search({mode, "word", {value, 1}, 5});
    wrong += shared.status == PLATOS_OK ? 0 : 1;
    if (i % 7 == 6) shared.remove({id, "x" + id});
    if (i % 20 == 19) wrong += own.remove({}, "{}") > 0 ? 0 : 1;
  }
  return wrong;
}

TEST_CASE_METHOD(MemoryFixture, "memory: four threads on one instance see whole calls and only their own spaces") {
  const std::int32_t mode = has_mode("vector") ? PLATOS_MEMORY_VECTOR : PLATOS_MEMORY_KEYWORD;
  std::vector<int> wrong(4);
  std::vector<std::thread> threads;
  for (int worker = 0; worker < 4; ++worker) {
    threads.emplace_back([this, worker, mode, &wrong] {
      wrong[static_cast<std::size_t>(worker)] = work_concurrently(instance, worker, mode);
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(wrong == std::vector<int>(4));
}

}  // namespace platos::contract
