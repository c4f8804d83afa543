#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "contract/embedder_contract.hpp"
#include "driver.hpp"

using namespace platos;
using embedder_openai::testing::embed;
using embedder_openai::testing::Plugin;
using embedder_openai::testing::vendor_answer;
using Json = nlohmann::json;
using Headers = std::vector<std::pair<std::string, std::string>>;

namespace {

Json sent_by(const std::string& config, const std::vector<std::string>& texts) {
  return Json::parse(embed(Plugin(config), texts, {}).bodies.at(0));
}

}  // namespace

TEST_CASE("the embedder keeps the contract against a sound vendor") {
  const Plugin plugin;
  tests::check_embedder_contract(plugin.instance, [](const std::string& body) { return vendor_answer(body, 3); });
}

TEST_CASE("a request goes to the endpoint with the secret's slot in a header") {
  const auto result = embed(Plugin(), {"one", "two"}, {});
  CHECK(result.method == "POST");
  CHECK(result.url == "https://vendor.example/v1/embeddings");
  CHECK(result.framings == std::vector<std::int32_t>{PLATOS_FRAMING_WHOLE});
  CHECK(result.headers == Headers{{"Content-Type", "application/json"},
                                  {"Accept", "application/json"},
                                  {"Authorization", "Bearer {{secret:api_key}}"}});
  const Plugin local(R"({"base_url":"http://127.0.0.1:1/v1/","model":"m","dimensions":3,"api_key_required":false})");
  const auto keyless = embed(local, {"one"}, {});
  CHECK(keyless.url == "http://127.0.0.1:1/v1/embeddings");
  CHECK(keyless.headers == Headers{{"Content-Type", "application/json"}, {"Accept", "application/json"}});
}

TEST_CASE("a request names the model, the texts and the encoding") {
  CHECK(sent_by("{}", {"a \"quoted\"\ntext", "\xC3\xA9"}) == Json{{"model", "text-embedding-3-small"},
                                                                  {"input", {"a \"quoted\"\ntext", "\xC3\xA9"}},
                                                                  {"encoding_format", "base64"}});
  CHECK(sent_by(R"({"encoding_format":"float"})", {"a"}).at("encoding_format") == "float");
}

TEST_CASE("dimensions are sent when the model is to have fewer than it can") {
  CHECK(sent_by(R"({"dimensions":256})", {"a"}).at("dimensions") == 256);
  CHECK(!sent_by(R"({"dimensions":1536})", {"a"}).contains("dimensions"));
  CHECK(!sent_by(R"({"model":"m","dimensions":3})", {"a"}).contains("dimensions"));
  CHECK(sent_by(R"({"model":"m","dimensions":3,"send_dimensions":true})", {"a"}).at("dimensions") == 3);
}

TEST_CASE("an empty text is sent as a space, which the vendor takes") {
  CHECK(sent_by("{}", {"", "a"}).at("input") == Json{" ", "a"});
}

TEST_CASE("a batch of no texts asks nobody") {
  const auto result = embed(Plugin(), {}, {});
  CHECK(result.done);
  CHECK(result.bodies.empty());
  CHECK(result.input_tokens == -1);
}

TEST_CASE("a large batch becomes several requests, and still one result") {
  const Plugin plugin;
  std::vector<std::string> texts;
  for (int i = 0; i < 100; ++i) texts.push_back(std::to_string(i) + std::string(8192, static_cast<char>('a' + i % 26)));
  std::vector<std::size_t> counts;
  const tests::Embedded result = tests::embed(plugin.instance, texts, [&](const std::string& body) {
    counts.push_back(Json::parse(body).at("input").size());
    return vendor_answer(body, 3);
  });
  REQUIRE(result.status == PLATOS_OK);
  CHECK(counts == std::vector<std::size_t>{74, 26});  // 600 KiB of text each at most
  CHECK(result.vectors.size() == 100);
  CHECK(result.repeated.empty());
  CHECK(result.usages == std::vector<std::int64_t>{100});
  for (const std::size_t i : {std::size_t{0}, std::size_t{73}, std::size_t{74}, std::size_t{99}}) {
    const auto alone =
        tests::embed(plugin.instance, {texts[i]}, [](const std::string& body) { return vendor_answer(body, 3); });
    CHECK(alone.vectors.at(0) == result.vectors.at(i));
  }
}

TEST_CASE("long vectors are asked for in portions that the host takes") {
  const Plugin plugin(R"({"model":"m","dimensions":16384,"max_texts":100})");
  std::vector<std::size_t> counts;
  const tests::Embedded result =
      tests::embed(plugin.instance, std::vector<std::string>(60, "a"), [&](const std::string& body) {
        counts.push_back(Json::parse(body).at("input").size());
        return vendor_answer(body, 16384);
      });
  CHECK(result.status == PLATOS_OK);
  CHECK(counts == std::vector<std::size_t>{30, 30});
}

TEST_CASE("more or longer texts than described are refused") {
  const Plugin plugin;
  const auto many = embed(plugin, std::vector<std::string>(101, "a"), {});
  CHECK(many.status == PLATOS_INVALID_ARGUMENT);
  CHECK(many.message == "embedder-openai: expected at most 100 texts, found 101");
  const auto long_one = embed(plugin, {std::string(32769, 'x')}, {});
  CHECK(long_one.status == PLATOS_INVALID_ARGUMENT);
  CHECK(long_one.message == "embedder-openai: expected texts of at most 32768 bytes, found 32769");
}
