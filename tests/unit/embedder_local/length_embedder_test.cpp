#include <catch2/catch.hpp>

#include "contract/embedder_contract.hpp"
#include "platos/entry.h"

using namespace platos;

TEST_CASE("the smallest embedder keeps the contract") {
  sdk::testing::FakeHost host;
  const sdk::testing::FakeInstance instance(host, platos_plugin_v1, "length");
  tests::check_embedder_contract(instance);
}

TEST_CASE("texts of the same length and number of words are the same to the smallest embedder") {
  sdk::testing::FakeHost host;
  const sdk::testing::FakeInstance instance(host, platos_plugin_v1, "length");
  const auto vectors = tests::embed(instance, {"one two", "six ten", "onetwos"}).vectors;
  CHECK(vectors.at(0) == vectors.at(1));
  CHECK(vectors.at(0) != vectors.at(2));
}
