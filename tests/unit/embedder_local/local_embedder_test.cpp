// The plugin as a host sees it.
#include <catch2/catch.hpp>
#include <string>

#include "config.hpp"
#include "contract/embedder_contract.hpp"
#include "platos/cpp/testing/collectors.hpp"

using namespace platos;
using sdk::slice;
using sdk::testing::FakeHost;
using sdk::testing::FakeInstance;

TEST_CASE("the local embedder keeps the contract at any number of dimensions") {
  FakeHost host;
  for (const char* config : {"{}", R"({"dimensions":64})", R"({"dimensions":100})", R"({"dimensions":1024})"}) {
    const FakeInstance instance(host, platos_plugin_v1, "local", config);
    tests::check_embedder_contract(instance);
  }
}

TEST_CASE("describe names the recipe and the limits") {
  FakeHost host;
  const FakeInstance instance(host, platos_plugin_v1, "local");
  const tests::EmbedderFacts facts = tests::facts_of(instance);
  CHECK(facts.model == "local-ngrams-1");
  CHECK(facts.dimensions == 256);
  CHECK(facts.max_texts == 128);
  CHECK(facts.max_text_bytes == 32768);
  CHECK(tests::facts_of(FakeInstance(host, platos_plugin_v1, "local", R"({"dimensions":512})")).dimensions == 512);
}

TEST_CASE("a batch of no texts is done at once") {
  FakeHost host;
  const FakeInstance instance(host, platos_plugin_v1, "local");
  const tests::Embedded embedded = tests::embed(instance, {});
  CHECK(embedded.done);
  CHECK(embedded.vectors.empty());
}

TEST_CASE("more or longer texts than described are refused") {
  FakeHost host;
  const FakeInstance instance(host, platos_plugin_v1, "local");
  const tests::Embedded many = tests::embed(instance, std::vector<std::string>(129, "a"));
  CHECK(many.status == PLATOS_INVALID_ARGUMENT);
  CHECK(many.error.message == "embedder-local: expected at most 128 texts, found 129");
  const tests::Embedded long_one = tests::embed(instance, {"a", std::string(32769, 'x')});
  CHECK(long_one.status == PLATOS_INVALID_ARGUMENT);
  CHECK(long_one.error.message == "embedder-local: expected texts of at most 32768 bytes, found one of 32769");
}

TEST_CASE("a caller that gave up gets no more vectors") {
  FakeHost host;
  const FakeInstance instance(host, platos_plugin_v1, "local");
  const auto& embedder = instance.table<platos_embedder_t>(PLATOS_EMBEDDER_INTERFACE);
  platos_call_t call;
  platos_error_t error;
  platos_embedding_t* embedding = nullptr;
  const platos_slice_t texts[] = {slice("a"), slice("b")};
  REQUIRE(embedder.begin(instance.handle(), &call, texts, 2, &embedding, &error) == PLATOS_OK);
  call.cancelled = true;
  sdk::testing::VectorCollector collector;
  platos_step_t step{};
  step.struct_size = sizeof step;
  CHECK(embedder.next(embedding, &step, &collector.table, &error) == PLATOS_CANCELLED);
  CHECK(collector.vectors.empty());
  embedder.end(embedding);
}

TEST_CASE("a batch goes straight to done, without usage") {
  FakeHost host;
  const FakeInstance instance(host, platos_plugin_v1, "local");
  const auto& embedder = instance.table<platos_embedder_t>(PLATOS_EMBEDDER_INTERFACE);
  platos_call_t call;
  platos_error_t error;
  platos_embedding_t* embedding = nullptr;
  const platos_slice_t text = slice("a text");
  REQUIRE(embedder.begin(instance.handle(), &call, &text, 1, &embedding, &error) == PLATOS_OK);
  sdk::testing::VectorCollector collector;
  for (int times = 0; times < 2; ++times) {  // the second time nothing is left to do
    collector.vectors.clear();
    platos_step_t step{};
    step.struct_size = sizeof step;
    CHECK(embedder.next(embedding, &step, &collector.table, &error) == PLATOS_OK);
    CHECK(step.kind == PLATOS_STEP_DONE);
    CHECK(collector.vectors.size() == (times == 0 ? 1 : 0));
  }
  CHECK(collector.input_tokens == -1);
  embedder.end(embedding);
}

TEST_CASE("a bad configuration is refused with a reason") {
  struct Case {
    const char* config;
    const char* message;
  };
  const Case cases[] = {
      {"", "embedder-local config: expected a JSON object, found text that is not JSON"},
      {"[]", "embedder-local config: expected a JSON object, found array"},
      {R"({"dimension":64})", "embedder-local config: unknown key; the only known key is dimensions"},
      {R"({"dimensions":"64"})",
       "embedder-local config: dimensions: expected an integer from 64 to 1024, found string"},
      {R"({"dimensions":63})", "embedder-local config: dimensions: expected an integer from 64 to 1024, found 63"},
      {R"({"dimensions":1025})", "embedder-local config: dimensions: expected an integer from 64 to 1024, found 1025"},
      {R"({"dimensions":-256})", "embedder-local config: dimensions: expected an integer from 64 to 1024, found -256"},
      {R"({"dimensions":64.5})", "embedder-local config: dimensions: expected an integer from 64 to 1024, found 64.5"},
      {R"({"dimensions":null})", "embedder-local config: dimensions: expected an integer from 64 to 1024, found null"},
      {R"({"dimensions":18446744073709551615})",
       "embedder-local config: dimensions: expected an integer from 64 to 1024, found 18446744073709551615"},
  };
  FakeHost host;
  for (const Case& tried : cases) {
    INFO(tried.config);
    CHECK_THROWS_WITH(FakeInstance(host, platos_plugin_v1, "local", tried.config), tried.message);
  }
}
