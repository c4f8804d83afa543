// What any plugin with the interface platos.image/1 must do, whatever it draws. Compile image_contract.cpp into the
// test, and call check_image_contract() from a TEST_CASE.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platos/cpp/testing/image_driver.hpp"

namespace platos::tests {

/// What describe() says.
struct ImageMakerFacts {
  struct Size {
    std::int64_t width = 0;
    std::int64_t height = 0;
    std::int64_t cost_micro_usd = -1;
  };
  std::string model;
  std::size_t max_prompt_bytes = 0;
  std::vector<Size> sizes;
};

/// Throws when describe() fails or leaves something out.
ImageMakerFacts image_facts_of(const sdk::testing::FakeInstance& instance);

/// The request of begin().
std::string image_request(const std::string& prompt, const ImageMakerFacts::Size& size);

/// Checks with Catch2: describe() is sound and constant; every size and every prompt that it allows gives one image, in
/// order, that begins like PNG, JPEG or WebP; at most one about(), a JSON object; within 64 steps; generations may be
/// open at the same time, may end at any time, and stop at the sink's word. `vendor` must answer every step of a
/// success; it may be empty for a plugin that makes no HTTP step.
void check_image_contract(const sdk::testing::FakeInstance& instance, const sdk::testing::ImageVendor& vendor = {});

}  // namespace platos::tests
