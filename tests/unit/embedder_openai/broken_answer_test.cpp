// Answers with status 200 that are none.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <random>

#include "driver.hpp"

using namespace platos::embedder_openai::testing;

namespace {

const std::string kSound =
    R"({"object":"list","data":[{"index":0,"embedding":[0.5,-1,2]},{"index":1,"embedding":"AACAPwAAAMDNzMw9"}],)"
    R"("usage":{"prompt_tokens":3}})";

const std::vector<std::string> kTwoTexts = {"a", "b"};

}  // namespace

TEST_CASE("a broken answer is an internal error that says what is wrong") {
  struct Case {
    const char* body;
    const char* reason;
  };
  const Case cases[] = {
      {"[]", "expected an object at the top, found an array"},
      {"{}", "expected an embedding for each of 2 texts at data, found 0"},
      {R"({"data":{}})", "expected an array at data, found an object"},
      {R"({"data":[1]})", "expected an object at data[0], found a number"},
      {R"({"data":[{"index":0,"embedding":[1,2,3]}]})", "expected an embedding for each of 2 texts at data, found 1"},
      {R"({"data":[{"embedding":[1,2,3]}]})", "expected an integer at data[0].index, found nothing"},
      {R"({"data":[{"index":null,"embedding":[1,2,3]}]})", "expected an integer at data[0].index, found nothing"},
      {R"({"data":[{"index":"0","embedding":[1,2,3]}]})", "expected a number at data[0].index, found a string"},
      {R"({"data":[{"index":0.5,"embedding":[1,2,3]}]})", "expected an integer at data[0].index, found another number"},
      {R"({"data":[{"index":2,"embedding":[1,2,3]}]})", "expected an index below 2 at data[0].index, found 2"},
      {R"({"data":[{"index":-1,"embedding":[1,2,3]}]})", "expected an index below 2 at data[0].index, found -1"},
      {R"({"data":[{"index":0,"embedding":[1,2,3]},{"index":0,"embedding":[1,2,3]}]})",
       "expected each index once at data[1].index, found 0 again"},
      {R"({"data":[{"index":0}]})", "expected a vector at data[0].embedding, found nothing"},
      {R"({"data":[{"index":0,"embedding":null}]})", "expected a vector at data[0].embedding, found nothing"},
      {R"({"data":[{"index":0,"embedding":7}]})", "expected an array at data[0].embedding, found a number"},
      {R"({"data":[{"index":0,"embedding":[]}]})", "expected 3 numbers at data[0].embedding, found 0"},
      {R"({"data":[{"index":0,"embedding":[1,2]}]})", "expected 3 numbers at data[0].embedding, found 2"},
      {R"({"data":[{"index":0,"embedding":[1,2,3,4]}]})", "expected 3 numbers at data[0].embedding, found more"},
      {R"({"data":[{"index":0,"embedding":[1,null,3]}]})", "expected a number at data[0].embedding[], found null"},
      {R"({"data":[{"index":0,"embedding":[1,"2",3]}]})", "expected a number at data[0].embedding[], found a string"},
      {R"({"data":[{"index":0,"embedding":[1,[2],3]}]})", "expected a number at data[0].embedding[], found an array"},
      {R"({"data":[{"index":0,"embedding":[1,1e39,3]}]})",
       "expected a number that a float can hold at data[0].embedding[], found a larger one"},
      {R"({"data":[{"index":0,"embedding":""}]})", "expected 3 numbers at data[0].embedding, found 0"},
      {R"({"data":[{"index":0,"embedding":"AACAPw=="}]})", "expected 3 numbers at data[0].embedding, found 1"},
      {R"({"data":[{"index":0,"embedding":"AACAPwAAAMDNzMw9AACAPw=="}]})",
       "expected 3 numbers at data[0].embedding, found 4"},
      {R"({"data":[{"index":0,"embedding":"AACAPwAAAMDNzM!9"}]})",
       "expected base64 of 3 floats at data[0].embedding, found other text"},
      {R"({"data":[{"index":0,"embedding":"AACAPwAAAMAAAIB/"}]})",
       "expected finite numbers at data[0].embedding, found others"},
      {R"({"data":[{"index":0,"embedding":"AACAPwAAAMAAAMB/"}]})",
       "expected finite numbers at data[0].embedding, found others"},
      {R"({"data":[],"usage":[]})", "expected an object at usage, found an array"},
      {R"({"data":[],"usage":{"prompt_tokens":"3"}})", "expected a number at usage.prompt_tokens, found a string"},
      {R"({"data":[],"usage":{"prompt_tokens":-3}})", "expected a count of tokens at usage.prompt_tokens, found -3"},
      {R"({"data":[],"usage":{"prompt_tokens":9223372036854775807}})",
       "expected a count of tokens at usage.prompt_tokens, found 9223372036854775807"},
  };
  const Plugin plugin;
  for (const Case& tried : cases) {
    const Result result = embed(plugin, kTwoTexts, {tried.body});
    INFO(tried.body);
    CHECK(result.status == PLATOS_INTERNAL);
    CHECK(result.message == std::string("https://vendor.example/v1 sent a broken answer: ") + tried.reason + " in \"" +
                                tried.body + "\"");
    CHECK(result.detail_json == R"({"retryable":false})");
    CHECK(result.vectors.empty());
    CHECK(!result.done);
  }
}

TEST_CASE("numbers and texts that are not JSON break the answer") {
  const Plugin plugin;
  for (const std::string number : {"1e999", "-1e999", "NaN", "Infinity", "01", "1.", "+1", "--1", "0x1", "nul"}) {
    const Result result = embed(plugin, kTwoTexts, {R"({"data":[{"index":0,"embedding":[1,)" + number + R"(,3]}]})"});
    INFO(number << " " << result.message);
    CHECK(result.status == PLATOS_INTERNAL);
    CHECK(result.vectors.empty());
  }
  for (const std::string body : {"", " ", "<html><body>Bad gateway</body></html>", "null", "{", "\xFF\xFE", "{}{}"}) {
    const Result result = embed(plugin, kTwoTexts, {body});
    INFO(body << " " << result.message);
    CHECK(result.status == PLATOS_INTERNAL);
    CHECK(result.message.find("sent a broken answer") != std::string::npos);
  }
}

TEST_CASE("nothing may follow an answer") {
  const Plugin plugin;
  for (const std::string more : {"{}", "x", "]", ",", "\n{\"data\":[]}"}) {
    const Result result = embed(plugin, kTwoTexts, {kSound + more});
    INFO(more << " " << result.message);
    CHECK(result.status == PLATOS_INTERNAL);
    CHECK(result.vectors.empty());
  }
}

TEST_CASE("an answer cut anywhere gives an error and no vector") {
  const Plugin plugin;
  REQUIRE(embed(plugin, kTwoTexts, {kSound}).done);
  for (std::size_t size = 0; size < kSound.size(); ++size) {
    const Result result = embed(plugin, kTwoTexts, {kSound.substr(0, size)});
    INFO("cut after " << size << " bytes: " << result.message);
    CHECK(result.status == PLATOS_INTERNAL);
    CHECK(result.vectors.empty());
  }
}

TEST_CASE("an answer with one wrong byte is read whole or refused") {
  const Plugin plugin;
  for (std::size_t at = 0; at < kSound.size(); ++at) {
    for (const char byte : {'\0', '"', '{', ']', ',', '9', 'x', '\xFF'}) {
      std::string body = kSound;
      body[at] = byte;
      const Result result = embed(plugin, kTwoTexts, {body});
      const bool is_whole = result.done && result.vectors.size() == 2;
      const bool is_refused = result.status == PLATOS_INTERNAL && result.vectors.empty();
      if (!is_whole && !is_refused) FAIL(body << ": " << result.status << " " << result.message);
    }
  }
  SUCCEED();
}

TEST_CASE("garbage is refused") {
  const Plugin plugin;
  std::mt19937 random(11);
  for (int round = 0; round < 2000; ++round) {
    std::string body(random() % 300, '\0');
    for (char& byte : body) byte = static_cast<char>(random());
    if (round % 2 == 0) body.insert(0, R"({"data":[{"index":0,"embedding":[)");
    const Result result = embed(plugin, kTwoTexts, {body});
    if (result.status != PLATOS_INTERNAL || !result.vectors.empty()) FAIL("round " << round);
  }
  SUCCEED();
}

TEST_CASE("nesting does not become the depth of the stack") {
  const Plugin plugin;
  const std::string deep = std::string(1'000'000, '[');
  for (const std::string& body : {deep, R"({"x":)" + deep + "}", R"({"error":)" + deep + "}",
                                  R"({"data":[{"index":0,"embedding":)" + deep + "}]}"}) {
    CHECK(embed(plugin, kTwoTexts, {body}).status != PLATOS_OK);
  }
}
