// Answers as vendors write them.
#include <catch2/catch.hpp>

#include "driver.hpp"

using namespace platos::embedder_openai::testing;
using Vectors = std::map<std::size_t, std::vector<float>>;

TEST_CASE("lists of numbers are read") {
  const Answer answer{R"({
  "object": "list",
  "data": [
    {"object": "embedding", "index": 0, "embedding": [-0.0069292834, 0.25, 1]},
    {"object": "embedding", "index": 1, "embedding": [2.5e-3, -1E2, 0]}
  ],
  "model": "text-embedding-3-small",
  "usage": {"prompt_tokens": 8, "total_tokens": 8}
})"};
  const Result result = embed(Plugin(), {"a", "b"}, answer);
  INFO(result.message);
  CHECK(result.done);
  CHECK(result.vectors == Vectors{{0, {-0.0069292834F, 0.25F, 1}}, {1, {0.0025F, -100, 0}}});
  CHECK(result.input_tokens == 8);
}

TEST_CASE("base64 is read, to the last bit") {
  // 1, -2, 0.1 as little-endian floats
  const Answer answer{R"({"object":"list","data":[{"object":"embedding","embedding":"AACAPwAAAMDNzMw9","index":0}],)"
                      R"("model":"m","usage":{"prompt_tokens":1,"total_tokens":1}})"};
  const Result result = embed(Plugin(), {"a"}, answer);
  INFO(result.message);
  CHECK(result.vectors == Vectors{{0, {1, -2, 0.1F}}});
}

TEST_CASE("both forms may stand in one answer, slashes may be escaped") {
  const Answer answer{R"({"data":[{"index":0,"embedding":"\/\/9\/PwAAAMDNzMw9"},{"index":1,"embedding":[1,2,3]}]})"};
  const Result result = embed(Plugin(), {"a", "b"}, answer);
  INFO(result.message);
  CHECK(result.vectors == Vectors{{0, {0.99999994F, -2, 0.1F}}, {1, {1, 2, 3}}});
}

TEST_CASE("the index says which text a vector belongs to, wherever it stands") {
  const Answer answer{R"({"data":[{"index":2,"embedding":[2,2,2]},{"embedding":[0,0,0],"index":0},)"
                      R"({"embedding":[1,1,1],"index":1,"object":"embedding"}]})"};
  const Result result = embed(Plugin(), {"a", "b", "c"}, answer);
  CHECK(result.vectors == Vectors{{0, {0, 0, 0}}, {1, {1, 1, 1}}, {2, {2, 2, 2}}});
}

TEST_CASE("a vendor may leave out the usage and add what it likes") {
  const std::string data = R"("data":[{"index":0,"embedding":[1,2,3],"extra":{"a":[1]},"object":null}])";
  for (const std::string& more : {std::string(), std::string(R"(,"usage":null)"), std::string(R"(,"usage":{})"),
                                  std::string(R"(,"usage":{"prompt_tokens":null})"),
                                  std::string(R"(,"id":"x","error":null,"timings":{"ms":1.5})")}) {
    const Result result = embed(Plugin(), {"a"}, {"{" + data + more + "}"});
    INFO(more << " " << result.message);
    CHECK(result.done);
    CHECK(result.input_tokens == -1);
  }
}

TEST_CASE("white space around an answer does not matter") {
  CHECK(embed(Plugin(), {"a"}, {"\r\n {\"data\" : [ {\"index\":0,\"embedding\":[ 1 ,2,3 ] } ] } \n"}).done);
}
