#include <catch2/catch.hpp>
#include <cmath>
#include <limits>
#include <random>

#include "kernels.hpp"
#include "memory_fixture.hpp"
#include "vector_index.hpp"

using namespace platos::records;
using namespace platos::memory_sqlite_test;

namespace {

using Vector = std::vector<float>;

/// The plain way, independent of the code under test.
double plain_cosine(const Vector& a, const Vector& b) {
  long double dot = 0;
  long double of_a = 0;
  long double of_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    dot += static_cast<long double>(a[i]) * static_cast<long double>(b[i]);
    of_a += static_cast<long double>(a[i]) * static_cast<long double>(a[i]);
    of_b += static_cast<long double>(b[i]) * static_cast<long double>(b[i]);
  }
  return static_cast<double>(dot / std::sqrt(of_a * of_b));
}

struct Cloud {
  std::mt19937 random{4711};
  std::vector<Vector> vectors;

  Vector direction(std::size_t dimensions) {
    Vector out(dimensions);
    for (float& value : out) value = std::normal_distribution<float>()(random);
    return out;
  }
  /// `spread` 0: all the same.
  void fill(std::size_t count, std::size_t dimensions, float spread) {
    const Vector middle = direction(dimensions);
    for (std::size_t i = 0; i < count; ++i) {
      Vector vector = direction(dimensions);
      const auto length = static_cast<float>(i % 13 + 1);
      for (std::size_t k = 0; k < dimensions; ++k) vector[k] = (middle[k] * (1 - spread) + vector[k] * spread) * length;
      vectors.push_back(vector);
    }
  }
  /// Every vector scored, in the order that hits have.
  std::vector<std::pair<double, std::string>> all(const Vector& query) const {
    std::vector<std::pair<double, std::string>> out;
    for (std::size_t i = 0; i < vectors.size(); ++i) out.emplace_back(-plain_cosine(query, vectors[i]), id(i));
    std::sort(out.begin(), out.end());
    return out;
  }
  static std::string id(std::size_t i) { return "v" + std::to_string(100'000 + i); }
};

struct Quiet {
  platos::sdk::testing::FakeHost host;
  platos_call_t call;
  platos_error_t error;
  Stop stop{platos::sdk::Host(host.table()), platos::sdk::Call(host.table(), &call, &error)};
};

void check_exact(Cloud& cloud, const Kernels& loops, std::size_t limit) {
  Quiet quiet;
  VectorIndex index(cloud.vectors[0].size(), loops);
  for (std::size_t i = 0; i < cloud.vectors.size(); ++i)
    index.put(static_cast<std::int64_t>(i), Cloud::id(i), cloud.vectors[i]);
  for (int round = 0; round < 10; ++round) {
    const Vector query = cloud.direction(cloud.vectors[0].size());
    const auto expected = cloud.all(query);
    const auto hits = index.search({query, limit, -1, {}}, quiet.stop);
    REQUIRE(hits.size() == std::min(limit, expected.size()));
    for (std::size_t i = 0; i < hits.size(); ++i) {
      CHECK(hits[i].cosine == Approx(-expected[i].first).margin(1e-12));
      CHECK(hits[i].id == expected[i].second);
    }
  }
}

}  // namespace

TEST_CASE("vector search over 5,000 vectors of 64 dimensions is that of scoring every vector") {
  Cloud cloud;
  cloud.fill(5'000, 64, 1);
  check_exact(cloud, kernels(), 20);
  check_exact(cloud, portable_kernels(), 1);
}

TEST_CASE("vector search is exact where all vectors lie close together") {
  Cloud cloud;
  cloud.fill(2'000, 100, 0.001F);
  check_exact(cloud, kernels(), 10);
}

TEST_CASE("vector search is exact for one dimension, and for many") {
  for (const std::size_t dimensions : {1U, 7U, 33U, 8192U}) {
    Cloud cloud;
    cloud.fill(50, dimensions, 1);
    if (dimensions > 1) check_exact(cloud, kernels(), 10);
    Quiet quiet;
    VectorIndex index(dimensions);
    for (std::size_t i = 0; i < 50; ++i) index.put(static_cast<std::int64_t>(i), Cloud::id(i), cloud.vectors[i]);
    CHECK(index.search({cloud.vectors[3], 5, 0.999999, {}}, quiet.stop).at(0).cosine == Approx(1));
  }
}

TEST_CASE("vector search stays exact with values at both ends of float") {
  Cloud cloud;
  cloud.fill(200, 16, 1);
  for (std::size_t i = 0; i < 200; ++i) {
    for (float& value : cloud.vectors[i]) value *= i % 2 == 0 ? 1e37F : 1e-37F;
  }
  check_exact(cloud, kernels(), 10);
}

TEST_CASE("equal cosines are ordered by id, also at the limit") {
  Quiet quiet;
  VectorIndex index(3);
  const Vector same = {1, 2, 3};
  for (std::int64_t i = 0; i < 500; ++i) index.put(i, "id" + std::to_string(999 - i), same);
  const auto hits = index.search({same, 3, -1, {}}, quiet.stop);
  REQUIRE(hits.size() == 3);
  CHECK(hits[0].id == "id500");
  CHECK(hits[1].id == "id501");
  CHECK(hits[2].id == "id502");
}

TEST_CASE("vector search with a condition is exact over those that meet it") {
  Cloud cloud;
  cloud.fill(3'000, 32, 1);
  Quiet quiet;
  VectorIndex index(32);
  for (std::size_t i = 0; i < 3'000; ++i) index.put(static_cast<std::int64_t>(i), Cloud::id(i), cloud.vectors[i]);
  const auto accept = [](std::int64_t row) { return row % 50 == 7; };
  const Vector query = cloud.direction(32);
  Ids expected;
  for (const auto& [cosine, id] : cloud.all(query)) {
    if (accept(std::stol(id.substr(1)) - 100'000) && -cosine >= 0.1) expected.push_back(id);
  }
  Ids found;
  for (const auto& hit : index.search({query, 1000, 0.1, accept}, quiet.stop)) found.push_back(hit.id);
  CHECK(found == expected);
  CHECK(found.size() > 3);
}

TEST_CASE("both versions of the inner loops give the same bits") {
  std::mt19937 random{7};
  for (const std::size_t count : {32U, 64U, 256U, 8192U}) {
    std::vector<std::int8_t> codes(count);
    std::vector<std::int16_t> query(count);
    Vector a(count);
    Vector b(count);
    for (std::size_t i = 0; i < count; ++i) {
      codes[i] = static_cast<std::int8_t>(std::uniform_int_distribution<int>(-127, 127)(random));
      query[i] = static_cast<std::int16_t>(std::uniform_int_distribution<int>(-2000, 2000)(random));
      a[i] = std::normal_distribution<float>()(random);
      b[i] = std::normal_distribution<float>()(random);
    }
    CHECK(kernels().code_dot(codes.data(), query.data(), count) ==
          portable_kernels().code_dot(codes.data(), query.data(), count));
    for (const std::size_t length : {count, count - 1, count - 7}) {
      CHECK(kernels().exact_dot(a.data(), b.data(), length) ==
            portable_kernels().exact_dot(a.data(), b.data(), length));
    }
  }
}

TEST_CASE_METHOD(Fixture, "the first vector fixes the dimensions of a space, until its last one is gone") {
  REQUIRE(memory.upsert({{"a", "x", "{}", {1, 2, 3}}, {"b", "x"}}) == PLATOS_OK);
  CHECK(memory.upsert({{"b", "x", "{}", {1, 2}}}) == PLATOS_INVALID_ARGUMENT);
  CHECK_THAT(memory.error.message, Catch::Contains("3 dimensions") && Catch::Contains("found 2"));
  CHECK(memory.search({PLATOS_MEMORY_VECTOR, {}, {1, 2, 3}}).size() == 1);
  REQUIRE(memory.remove({"a"}) == 1);
  REQUIRE(memory.upsert({{"b", "x", "{}", {1, 2}}}) == PLATOS_OK);
  CHECK(memory.search({PLATOS_MEMORY_VECTOR, {}, {1, 2}}).size() == 1);
}

TEST_CASE_METHOD(Fixture, "vectors without a direction, or of too many dimensions, are refused in clear words") {
  CHECK(memory.upsert({{"zero", "x", "{}", {0, 0, -0.0F}}}) == PLATOS_INVALID_ARGUMENT);
  CHECK_THAT(memory.error.message, Catch::Contains("\"zero\"") && Catch::Contains("nothing but zeros"));
  CHECK(memory.upsert({{"a", "x", "{}", {1, std::numeric_limits<float>::quiet_NaN()}}}) == PLATOS_INVALID_ARGUMENT);
  CHECK_THAT(memory.error.message, Catch::Contains("NaN or infinity"));
  CHECK(memory.upsert({{"a", "x", "{}", Vector(8193, 1.0F)}}) == PLATOS_INVALID_ARGUMENT);
  CHECK_THAT(memory.error.message, Catch::Contains("8192"));
  memory.search({PLATOS_MEMORY_VECTOR, {}, {}});
  CHECK(memory.status == PLATOS_INVALID_ARGUMENT);
  memory.search({PLATOS_MEMORY_VECTOR, {}, {1}, 10, std::nan("")});
  CHECK(memory.status == PLATOS_INVALID_ARGUMENT);
}

TEST_CASE("answers are the same with a cache, with one that holds one space, and with none") {
  Cloud cloud;
  cloud.fill(1'500, 128, 1);
  std::vector<Given> given;
  for (std::size_t i = 0; i < cloud.vectors.size(); ++i)
    given.push_back({Cloud::id(i), "x", i % 3 == 0 ? R"({"third":true})" : "{}", cloud.vectors[i]});
  const Vector query = cloud.direction(128);
  const auto expected = cloud.all(query);
  for (const char* config :
       {R"({"cache_mb": 256})", R"({"cache_mb": 1})", R"({"cache_mb": 2})", R"({"cache_mb": 0})"}) {
    TempDir folder;
    Running running(folder.path(), config);
    for (const char* tenant : {"one", "two", "three", "one"}) {
      MemoryDriver memory(running.instance(), tenant);
      REQUIRE(memory.upsert(given) == PLATOS_OK);
      REQUIRE(memory.upsert({{Cloud::id(0), "x", "{}", query}}) == PLATOS_OK);
      const auto hits = memory.search({PLATOS_MEMORY_VECTOR, {}, query, 5});
      REQUIRE(hits.size() == 5);
      CHECK(hits[0].id == Cloud::id(0));
      CHECK(hits[1].id == (expected[0].second == Cloud::id(0) ? expected[1].second : expected[0].second));
      const auto thirds = memory.search({PLATOS_MEMORY_VECTOR, {}, query, 600, -1, R"({"third":true})"});
      CHECK(thirds.size() == 499);
      memory.remove({hits[1].id});
      CHECK(memory.search({PLATOS_MEMORY_VECTOR, {}, query, 5}).at(1).id == hits[2].id);
    }
  }
}
