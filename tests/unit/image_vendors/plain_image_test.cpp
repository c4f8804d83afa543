#include <catch2/catch.hpp>

#include "contract/image_contract.hpp"
#include "model/image.hpp"

using namespace platos;

TEST_CASE("the smallest image plugin keeps the contract, and what it makes is a PNG to the host") {
  sdk::testing::FakeHost host;
  const sdk::testing::FakeInstance instance(host, platos_plugin_v1, "plain");
  tests::check_image_contract(instance);
  const auto size = tests::image_facts_of(instance).sizes.front();
  const auto made = sdk::testing::generate(instance, tests::image_request("blue", size), {});
  const auto facts = model::read_image(made.bytes);
  REQUIRE(facts);
  CHECK(facts->width == 64);
  CHECK(made.bytes != sdk::testing::generate(instance, tests::image_request("red", size), {}).bytes);
}
