#include "model/prices.hpp"

#include <catch2/catch.hpp>

namespace platos::model {
namespace {

constexpr const char* kFile = R"({"models":1,"provider":"p","cache":{"read":0.1,"write":1.25},"entries":[
  {"id":"sonnet","usd_per_million":{"input":3,"output":15},"context_tokens":200000},
  {"id":"special:sonnet","usd_per_million":{"input":1,"output":1,"cache_read":0.5}},
  {"id":"local:*","usd_per_million":{"input":0,"output":0}},
  {"id":"unpriced"}]})";

Usage used(std::int64_t input, std::int64_t output, std::int64_t read = -1, std::int64_t written = -1) {
  Usage usage;
  usage.input_tokens = input;
  usage.output_tokens = output;
  usage.cached_tokens = read;
  usage.cache_write_tokens = written;
  return usage;
}

Catalogue catalogue() {
  Catalogue made;
  REQUIRE(made.add(kFile, "models/test.json"));
  return made;
}

}  // namespace

TEST_CASE("the cost of a call is counted in whole micro-dollars") {
  const Catalogue prices = catalogue();
  auto plain = used(1000, 500);
  prices.price("anthropic:sonnet", plain);
  CHECK(plain.cost_micro_usd == 10'500);
  CHECK(plain.cost_cents() == Approx(1.05));
  // Tokens that a cache gave, and tokens written to it, are part of the input.
  auto read = used(11'000, 500, 10'000);
  prices.price("anthropic:sonnet", read);
  CHECK(read.fresh_cost_micro_usd == 10'500);
  CHECK(read.cost_cents() == Approx(1.35));
  auto written = used(13'000, 500, 10'000, 2'000);
  prices.price("anthropic:sonnet", written);
  CHECK(written.cost_cents() == Approx(2.10));
}

TEST_CASE("half a micro-dollar is rounded up") {
  auto usage = used(1, 0);
  apply_price({500'000, 0, 0, 0}, usage);
  CHECK(usage.cost_micro_usd == 1);
  usage = used(1, 0);
  apply_price({499'999, 0, 0, 0}, usage);
  CHECK(usage.cost_micro_usd == 0);
}

TEST_CASE("the whole name comes before the model, and the model before the instance") {
  const Catalogue prices = catalogue();
  auto special = used(1'000'000, 0, 1'000'000);
  prices.price("special:sonnet", special);
  CHECK(special.cost_micro_usd == 500'000);
  CHECK(prices.find("work:sonnet")->id == "sonnet");
  CHECK(prices.find("local:anything:at-all")->id == "local:*");
  CHECK(prices.find("local") == nullptr);
}

TEST_CASE("what is not known is not guessed") {
  const Catalogue prices = catalogue();
  for (const char* name : {"openai:gpt-99", "x:unpriced"}) {
    auto usage = used(1000, 500);
    prices.price(name, usage);
    CHECK(usage.cost_micro_usd == -1);
    CHECK(usage.cost_cents() == 0);
  }
  auto uncounted = used(-1, 500);
  prices.price("x:sonnet", uncounted);
  CHECK(uncounted.cost_micro_usd == -1);
}

TEST_CASE("the cost of a sum is known only when that of each call is") {
  const Catalogue prices = catalogue();
  auto known = used(1000, 500);
  prices.price("x:sonnet", known);
  Usage sum;
  sum.add(known);
  sum.add(known);
  CHECK(sum.cost_micro_usd == 21'000);
  CHECK(sum.input_tokens == 2000);
  sum.add(Usage{});
  CHECK(sum.cost_micro_usd == -1);
  sum.add(known);
  CHECK(sum.cost_micro_usd == -1);
}

TEST_CASE("a list that is wrong is named, and nothing of it is taken") {
  Catalogue prices;
  for (const char* bad :
       {"[]", R"({"models":2,"entries":[]})", R"({"models":1})", R"({"models":1,"entries":[{"name":"x"}]})",
        R"({"models":1,"entries":[{"id":"a"},{"id":"x","usd_per_million":{"input":-1,"output":1}}]})",
        R"({"models":1,"entries":[{"id":"x","usd_per_million":{"input":1}}]})",
        R"({"models":1,"entries":[{"id":"x","context_tokens":"many"}]})"}) {
    INFO(bad);
    const auto added = prices.add(bad, "models/bad.json");
    REQUIRE_FALSE(added);
    CHECK(added.error().message.find("models/bad.json") != std::string::npos);
  }
  CHECK(prices.size() == 0);
}

}  // namespace platos::model
