// Part of memory_contract.hpp: random operations, compared with a model.
#pragma once

#include <deque>
#include <map>
#include <random>

namespace platos::contract {

/// Does the same to a backend and to maps, and compares all answers. Repeatable: the seed is fixed.
class RandomOperations {
 public:
  explicit RandomOperations(MemoryFixture& fixture) : has_vectors_(fixture.has_mode("vector")) {
    for (int i = 0; i < 6; ++i) {
      spaces_.emplace_back(fixture.instance, "tenant" + std::to_string(i % 3), "collection" + std::to_string(i / 3));
    }
  }

  void step() {
    const std::size_t at = number(spaces_.size());
    MemoryDriver& space = spaces_[at];
    Model& model = models_[at];
    switch (number(6)) {
      case 0: return remove_ids(space, model);
      case 1: return number(8) == 0 ? remove_matching(space, model) : compare_list(space, model);
      case 2: return compare_fetch(space, model);
      case 3: return has_vectors_ ? compare_nearest(space, model) : compare_list(space, model);
      default: return upsert(space, model);
    }
  }

 private:
  using Model = std::map<std::string, Given>;

  std::size_t number(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }
  std::string some_id() { return "id" + std::to_string(number(40)); }
  std::vector<float> some_vector() {
    std::vector<float> out(5);
    for (float& value : out) value = std::normal_distribution<float>()(random_);
    return out;
  }

  void upsert(MemoryDriver& space, Model& model) {
    std::vector<Given> given;
    for (std::size_t i = number(4) + 1; i > 0; --i) {
      const std::string kind = std::to_string(number(4));
      const auto vector = number(3) == 0 ? std::vector<float>() : some_vector();
      given.push_back({some_id(), "text " + kind, R"({"kind":)" + kind + "}", vector});
    }
    REQUIRE(space.upsert(given) == PLATOS_OK);
    for (const Given& each : given) model[each.id] = each;
  }
  void remove_ids(MemoryDriver& space, Model& model) {
    const Ids ids = {some_id(), some_id()};
    const std::size_t expected = model.erase(ids[0]) + model.erase(ids[1]);
    CHECK(space.remove(ids) == expected);
  }
  void remove_matching(MemoryDriver& space, Model& model) {
    const std::string metadata = R"({"kind":)" + std::to_string(number(4)) + "}";
    std::size_t expected = 0;
    for (auto at = model.begin(); at != model.end();) {
      const bool matches = at->second.metadata_json == metadata;
      expected += matches ? 1 : 0;
      at = matches ? model.erase(at) : std::next(at);
    }
    CHECK(space.remove({}, metadata) == expected);
  }
  void compare_list(MemoryDriver& space, const Model& model) {
    Ids expected;
    for (const auto& [id, given] : model) expected.push_back(id);
    CHECK(ids_of(space.list()) == expected);
    CHECK(space.total == model.size());
  }
  void compare_fetch(MemoryDriver& space, const Model& model) {
    const std::string id = some_id();
    const auto items = space.fetch({id});
    const auto known = model.find(id);
    REQUIRE(items.size() == (known == model.end() ? 0 : 1));
    if (items.empty()) return;
    CHECK(items[0].content == known->second.content);
    CHECK(items[0].metadata_json == known->second.metadata_json);
    CHECK(items[0].vector == known->second.vector);
  }
  void compare_nearest(MemoryDriver& space, const Model& model) {
    const auto query = some_vector();
    std::vector<std::pair<double, std::string>> expected;
    for (const auto& [id, given] : model) {
      if (!given.vector.empty()) expected.emplace_back(-cosine(query, given.vector), id);
    }
    std::sort(expected.begin(), expected.end());
    if (expected.size() > 7) expected.resize(7);
    const auto hits = space.search({PLATOS_MEMORY_VECTOR, {}, query, 7});
    REQUIRE(hits.size() == expected.size());
    for (std::size_t i = 0; i < hits.size(); ++i) {
      CHECK(hits[i].id == expected[i].second);
      CHECK(hits[i].cosine == Approx(-expected[i].first).margin(1e-5));
    }
  }
  static double cosine(const std::vector<float>& a, const std::vector<float>& b) {
    double dot = 0;
    double of_a = 0;
    double of_b = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      dot += static_cast<double>(a[i]) * static_cast<double>(b[i]);
      of_a += static_cast<double>(a[i]) * static_cast<double>(a[i]);
      of_b += static_cast<double>(b[i]) * static_cast<double>(b[i]);
    }
    return dot / std::sqrt(of_a * of_b);
  }

  bool has_vectors_;
  std::mt19937 random_{20240501};
  std::deque<MemoryDriver> spaces_;
  std::map<std::size_t, Model> models_;
};

TEST_CASE_METHOD(MemoryFixture, "memory: random operations on six spaces answer as maps would") {
  RandomOperations operations(*this);
  for (int i = 0; i < 1500; ++i) operations.step();
}

}  // namespace platos::contract
