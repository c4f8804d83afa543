#include "config.hpp"

#include <catch2/catch.hpp>

#include "contract/embedder_contract.hpp"
#include "driver.hpp"
#include "platos/cpp/error.hpp"

using namespace platos::embedder_openai;
using platos::tests::facts_of;

TEST_CASE("OpenAI's models have known dimensions") {
  struct Case {
    const char* config;
    const char* model;
    std::size_t dimensions;
    bool is_sent;
  };
  const Case cases[] = {
      {"{}", "text-embedding-3-small", 1536, false},
      {R"({"model":"text-embedding-3-large"})", "text-embedding-3-large", 3072, false},
      {R"({"model":"text-embedding-ada-002"})", "text-embedding-ada-002", 1536, false},
      {R"({"model":"text-embedding-3-small","dimensions":512})", "text-embedding-3-small", 512, true},
      {R"({"model":"text-embedding-3-small","dimensions":1536})", "text-embedding-3-small", 1536, false},
      {R"({"model":"nomic-embed-text","dimensions":768})", "nomic-embed-text", 768, false},
      {R"({"model":"qwen3","dimensions":768,"send_dimensions":true})", "qwen3", 768, true},
  };
  for (const Case& tried : cases) {
    INFO(tried.config);
    const testing::Plugin plugin(tried.config);
    const auto facts = facts_of(plugin.instance);
    CHECK(facts.model == tried.model);
    CHECK(facts.dimensions == tried.dimensions);
    CHECK(facts.max_texts == 100);
    CHECK(facts.max_text_bytes == 32768);
    CHECK(parse_config(tried.config).send_dimensions == tried.is_sent);
  }
  CHECK(facts_of(testing::Plugin(R"({"max_texts":32})").instance).max_texts == 32);
}

TEST_CASE("a bad configuration is refused with a reason") {
  struct Case {
    const char* config;
    const char* message;
  };
  const Case cases[] = {
      {"", "the whole: expected a JSON object, found text that is not JSON"},
      {"[]", "the whole: expected a JSON object, found array"},
      {R"({"base_url":1})", "base_url: expected a string, found 1"},
      {R"({"base_url":"https://user:secret@vendor.example"})",
       "base_url: expected no user info before the host, found \"...@...\""},
      {R"({"model":""})", "model: expected a model id, found \"\""},
      {R"({"model":["a"]})", "model: expected a model id, found [\"a\"]"},
      {R"({"model":"mine"})", "dimensions: expected the length of the vectors of \"mine\", found nothing"},
      {R"({"dimensions":0})", "dimensions: expected an integer from 1 to 16384, found 0"},
      {R"({"dimensions":16385})", "dimensions: expected an integer from 1 to 16384, found 16385"},
      {R"({"dimensions":1.5})", "dimensions: expected an integer from 1 to 16384, found 1.5"},
      {R"({"dimensions":1537})", "dimensions: expected at most 1536, as text-embedding-3-small has, found 1537"},
      {R"({"model":"text-embedding-ada-002","dimensions":512})",
       "dimensions: expected 1536, as text-embedding-ada-002 has, found 512"},
      {R"({"send_dimensions":1})", "send_dimensions: expected true or false, found 1"},
      {R"({"encoding_format":"hex"})", "encoding_format: expected \"base64\" or \"float\", found \"hex\""},
      {R"({"max_texts":0})", "max_texts: expected an integer from 1 to 2048, found 0"},
      {R"({"max_texts":2049})", "max_texts: expected an integer from 1 to 2048, found 2049"},
      {R"({"api_key_required":"no"})", "api_key_required: expected true or false, found \"no\""},
      {R"({"api_key":"sk-1"})",
       "unknown key \"api_key\"; known keys are base_url, model, dimensions, send_dimensions, encoding_format, "
       "max_texts and api_key_required"},
  };
  for (const Case& tried : cases) {
    INFO(tried.config);
    CHECK_THROWS_WITH(testing::Plugin(tried.config), std::string("embedder-openai config: ") + tried.message);
  }
}
