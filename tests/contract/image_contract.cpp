#include "contract/image_contract.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace platos::tests {
namespace {

using sdk::testing::FakeInstance;
using sdk::testing::generate;
using sdk::testing::Generated;
using sdk::testing::ImageVendor;
using sdk::testing::OpenGeneration;

bool begins_like_an_image(const std::string& bytes) {
  return bytes.starts_with("\x89PNG\r\n\x1A\n") || bytes.starts_with("\xFF\xD8\xFF") ||
         (bytes.starts_with("RIFF") && bytes.size() > 12 && bytes.substr(8, 4) == "WEBP");
}

void check_facts(const FakeInstance& instance) {
  const ImageMakerFacts facts = image_facts_of(instance);
  CHECK(!facts.model.empty());
  CHECK(facts.max_prompt_bytes >= 1);
  REQUIRE(!facts.sizes.empty());
  for (const auto& size : facts.sizes) {
    CHECK((size.width >= 1 && size.width <= 65'535 && size.height >= 1 && size.height <= 65'535));
    CHECK(size.cost_micro_usd >= -1);
    CHECK(std::count_if(facts.sizes.begin(), facts.sizes.end(), [&](const auto& other) {
            return other.width == size.width && other.height == size.height;
          }) == 1);
  }
  const ImageMakerFacts again = image_facts_of(instance);
  CHECK((again.model == facts.model && again.sizes.size() == facts.sizes.size()));
}

void check_made(const Generated& made) {
  INFO(made.error.message);
  REQUIRE(made.status == PLATOS_OK);
  CHECK(made.done);
  CHECK_FALSE(made.broken_order);
  CHECK(begins_like_an_image(made.bytes));
  CHECK(made.steps.size() + made.waits.size() < 64);
  CHECK(std::all_of(made.waits.begin(), made.waits.end(), [](std::int64_t wait_ms) { return wait_ms >= 0; }));
  CHECK(made.abouts.size() <= 1);
  for (const auto& about : made.abouts) CHECK(nlohmann::json::parse(about, nullptr, false).is_object());
}

void check_prompts(const FakeInstance& instance, const ImageVendor& vendor) {
  const ImageMakerFacts facts = image_facts_of(instance);
  for (const auto& size : facts.sizes) check_made(generate(instance, image_request("A fox", size), vendor));
  for (const std::string& prompt :
       {std::string("x"), std::string("\"quoted\" \\ and\ttabs\n"), std::string("nul\0inside", 10),
        std::string("\xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E \xF0\x9F\x98\x80"),
        std::string(facts.max_prompt_bytes, 'x')}) {
    if (prompt.size() <= facts.max_prompt_bytes)
      check_made(generate(instance, image_request(prompt, facts.sizes.front()), vendor));
  }
}

void check_open_together(const FakeInstance& instance, const ImageVendor& vendor) {
  const auto size = image_facts_of(instance).sizes.front();
  OpenGeneration first(instance, image_request("one", size), vendor);
  OpenGeneration second(instance, image_request("two", size), vendor);
  bool goes_on = true;
  for (int i = 0; i < 64 && goes_on; ++i) {
    const bool second_goes_on = second.step();
    goes_on = first.step() || second_goes_on;
  }
  check_made(first.result());
  check_made(second.result());
}

void check_ends(const FakeInstance& instance, const ImageVendor& vendor) {
  const std::string request = image_request("A fox", image_facts_of(instance).sizes.front());
  const Generated whole = generate(instance, request, vendor);
  for (std::size_t steps = 0; steps <= whole.steps.size() + whole.waits.size(); ++steps) {
    const Generated ended = generate(instance, request, vendor, steps);
    CHECK(ended.status == PLATOS_OK);
    CHECK(ended.bytes.size() <= whole.bytes.size());
  }
  for (const std::size_t refuse_above : {std::size_t{0}, whole.bytes.size() - 1}) {
    const Generated refused = generate(instance, request, vendor, 64, refuse_above);
    CHECK(refused.status == PLATOS_CANCELLED);
    CHECK_FALSE(refused.done);
  }
}

}  // namespace

ImageMakerFacts image_facts_of(const FakeInstance& instance) {
  sdk::testing::TextWriter writer;
  platos_error_t error;
  const auto& maker = instance.table<platos_image_maker_t>(PLATOS_IMAGE_INTERFACE);
  if (maker.describe(instance.handle(), &writer.table, &error) != PLATOS_OK) throw std::runtime_error(error.message);
  const auto facts = nlohmann::json::parse(writer.text);
  ImageMakerFacts read;
  read.model = facts.at("model").get<std::string>();
  read.max_prompt_bytes = facts.at("max_prompt_bytes").get<std::size_t>();
  for (const auto& size : facts.at("sizes")) {
    read.sizes.push_back({size.at("width").get<std::int64_t>(), size.at("height").get<std::int64_t>(),
                          size.value("cost_micro_usd", std::int64_t{-1})});
  }
  return read;
}

std::string image_request(const std::string& prompt, const ImageMakerFacts::Size& size) {
  return nlohmann::json({{"v", 1}, {"prompt", prompt}, {"width", size.width}, {"height", size.height}}).dump();
}

void check_image_contract(const FakeInstance& instance, const ImageVendor& vendor) {
  check_facts(instance);
  check_prompts(instance, vendor);
  check_open_together(instance, vendor);
  check_ends(instance, vendor);
}

}  // namespace platos::tests
