// OpenAI's Images API, with bodies after its documentation.
#include <catch2/catch.hpp>

#include "contract/image_contract.hpp"
#include "vendors.hpp"

using namespace platos;
using namespace platos::image_vendors::testing;
using platos::tests::png_bytes;
using platos::tests::to_base64;

namespace {

const std::string kImage = png_bytes(1024, 1024, 500);

std::string answer_with(const std::string& image, const std::string& revised = "A red fox in deep snow") {
  return Json({{"created", 1713833628}, {"data", {{{"revised_prompt", revised}, {"b64_json", to_base64(image)}}}}})
      .dump();
}
ImageVendor always(ImageAnswer answer) { return in_turn({std::move(answer)}); }
ImageAnswer refusal(int status, const Json& error) { return {Json({{"error", error}}).dump(), status}; }

}  // namespace

TEST_CASE("one request, with the key's slot, asks for one image of the size, and its image is given") {
  const Plugin plugin("openai", R"({"options":{"quality":"standard","response_format":"b64_json"}})");
  const auto made = plugin.make(always({answer_with(kImage)}), 1024, 1792);
  INFO(made.error.message);
  REQUIRE(made.done);
  CHECK(made.bytes == kImage);
  CHECK(Json::parse(made.abouts.at(0)) == Json({{"revised_prompt", "A red fox in deep snow"}}));
  REQUIRE(made.steps.size() == 1);
  const ImageStep& step = made.steps.front();
  CHECK(step.method == "POST");
  CHECK(step.url == "https://api.openai.com/v1/images/generations");
  CHECK(step.header("Authorization") == "Bearer {{secret:api_key}}");
  CHECK(Json::parse(step.body) == Json({{"model", "dall-e-3"},
                                        {"prompt", "A fox in the snow"},
                                        {"n", 1},
                                        {"size", "1024x1792"},
                                        {"quality", "standard"},
                                        {"response_format", "b64_json"}}));
}

TEST_CASE("an answer cut at any size of pieces gives the same image") {
  const Plugin plugin("openai");
  const std::string body = answer_with(kImage);
  for (std::size_t piece :
       {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, std::size_t{64}, body.size()}) {
    INFO(piece);
    const auto made = plugin.make(always({.body = body, .piece_bytes = piece}));
    CHECK(made.done);
    CHECK(made.bytes == kImage);
    CHECK_FALSE(made.broken_order);
  }
}

TEST_CASE("an answer that ends early anywhere is refused") {
  const Plugin plugin("openai");
  const std::string body = answer_with(png_bytes(8, 8, 8));
  for (std::size_t size = 0; size < body.size(); ++size) {
    const auto made = plugin.make(always({body.substr(0, size)}));
    INFO(size);
    CHECK_FALSE(made.done);
    CHECK(made.status == PLATOS_INTERNAL);
    CHECK(made.steps.size() == 1);
  }
}

TEST_CASE("base64 that is none is refused: other letters, letters behind the padding, a part of a group") {
  const Plugin plugin("openai");
  for (const char* text : {"iVBO!Rw0", "iVBO\\nRw0K", "iVA==ORw", "iVBOR", "iV===", "iVB\\u002F", "iVBORx=="}) {
    INFO(text);
    const auto made = plugin.make(always({"{\"data\":[{\"b64_json\":\"" + std::string(text) + "\"}]}"}));
    CHECK(made.status == PLATOS_INTERNAL);
    CHECK(says(made, "base64"));
  }
  const auto escaped = plugin.make(always({R"({"data":[{"b64_json":"\/\/8="}]})"}));
  CHECK(escaped.bytes == std::string("\xFF\xFF", 2));
}

TEST_CASE("two images, none, and a text called like an image are told apart") {
  const Plugin plugin("openai");
  CHECK(says(plugin.make(always({R"({"data":[{"b64_json":"AAAA"},{"b64_json":"AAAA"}]})"})), "expected one image"));
  CHECK(says(plugin.make(always({R"({"data":[]})"})), "found neither"));
  CHECK(says(plugin.make(always({R"({"data":[{"revised_prompt":"b64_json"}]})"})), "found neither"));
  CHECK(says(plugin.make(always({"<html>busy</html>"})), "expected a JSON object"));
  CHECK(says(plugin.make(always({"{\"x\":\"" + std::string(400'000, 'x') + "\"}"})), "beside the image, found more"));
}

TEST_CASE("an image that is more than the host takes ends the transfer there") {
  const Plugin plugin("openai");
  std::size_t given = 0;
  const std::string huge = to_base64(png_bytes(8, 8, 25 * 1024 * 1024));
  const auto made =
      plugin.make(always({.body = "{\"data\":[{\"b64_json\":\"" + huge + "\"}]}", .piece_bytes = 65'536}));
  given = made.bytes.size();
  CHECK(made.status == PLATOS_CANCELLED);
  CHECK(given <= static_cast<std::size_t>(PLATOS_IMAGE_MAX_BYTES));
  CHECK(given > static_cast<std::size_t>(PLATOS_IMAGE_MAX_BYTES) - 65'536);
}

TEST_CASE("an address in place of the image is fetched, without the key") {
  const Plugin plugin("openai");
  const std::string url = "https://files.example/img.png?se=1&sig=a%2Fb";
  const auto made = plugin.make([&](const ImageStep& step) -> ImageAnswer {
    if (step.method == "GET") return {.body = kImage, .piece_bytes = 100};
    return {Json({{"data", {{{"url", url}}}}}).dump()};
  });
  CHECK(made.done);
  CHECK(made.bytes == kImage);
  REQUIRE(made.steps.size() == 2);
  CHECK(made.steps[1].url == url);
  CHECK(made.steps[1].header("Authorization").empty());
}

TEST_CASE("refusals say what they are about") {
  const Plugin plugin("openai");
  struct Tried {
    int status;
    Json error;
    std::int32_t code;
    std::string reason;
  };
  const std::vector<Tried> all = {
      {400,
       {{"code", "content_policy_violation"}, {"message", "Your request was rejected"}},
       PLATOS_PERMISSION_DENIED,
       "content_policy"},
      {400,
       {{"code", "moderation_blocked"}, {"type", "image_generation_user_error"}, {"message", "Blocked"}},
       PLATOS_PERMISSION_DENIED,
       "content_policy"},
      {400,
       {{"code", nullptr}, {"message", "Your request was rejected as a result of our safety system."}},
       PLATOS_PERMISSION_DENIED,
       "content_policy"},
      {400,
       {{"code", "billing_hard_limit_reached"}, {"message", "Billing hard limit has been reached"}},
       PLATOS_RESOURCE_EXHAUSTED,
       "quota"},
      {429,
       {{"code", "insufficient_quota"}, {"message", "You exceeded your current quota"}},
       PLATOS_RESOURCE_EXHAUSTED,
       "quota"},
      {401,
       {{"code", "invalid_api_key"}, {"message", "Incorrect API key provided: sk-abcdefgh12345678"}},
       PLATOS_UNAUTHENTICATED,
       ""},
      {403, {{"code", nullptr}, {"message", "Your organization must be verified"}}, PLATOS_PERMISSION_DENIED, ""},
      {400,
       {{"code", "invalid_value"}, {"param", "size"}, {"message", "Invalid value: '1x1'. Supported sizes are ..."}},
       PLATOS_INVALID_ARGUMENT,
       "size"},
      {404,
       {{"code", "model_not_found"}, {"message", "The model 'dall-e-3' has been deprecated"}},
       PLATOS_NOT_FOUND,
       "model"},
      {500, {{"message", "The server had an error"}}, PLATOS_UNAVAILABLE, ""},
      {400, {{"message", "Something else"}}, PLATOS_INVALID_ARGUMENT, ""}};
  for (const auto& tried : all) {
    INFO(tried.error.dump());
    const auto made = plugin.make(always(refusal(tried.status, tried.error)));
    CHECK(made.status == tried.code);
    CHECK(reason_of(made) == tried.reason);
    CHECK(made.steps.size() == 1);  // what may have been paid for is not sent again
    CHECK(made.error.message.find("sk-abcdefgh") == std::string::npos);
    CHECK(made.bytes.empty());
  }
  const auto gone = plugin.make(always(refusal(404, {{"code", "model_not_found"}, {"message", "gone"}})));
  CHECK(says(gone, "set another \"model\" than \"dall-e-3\" in the instance file"));
}

TEST_CASE("a rate limit is waited for, and given up after three tries") {
  const Plugin plugin("openai");
  const ImageAnswer limited = {
      R"({"error":{"code":"rate_limit_exceeded","message":"Slow down"}})", 429, {{"Retry-After", "2"}}};
  const auto made = plugin.make(in_turn({limited, limited, {answer_with(kImage)}}));
  CHECK(made.done);
  CHECK(made.waits == std::vector<std::int64_t>{2000, 2000});
  const auto never = plugin.make(always(limited));
  CHECK(never.status == PLATOS_RESOURCE_EXHAUSTED);
  CHECK(never.steps.size() == 3);
  ImageAnswer long_wait = limited;
  long_wait.headers = {{"Retry-After", "600"}};
  const auto too_long = plugin.make(always(long_wait));
  CHECK(too_long.steps.size() == 1);
  CHECK(Json::parse(too_long.error.detail_json)["retry_after_ms"] == 600'000);
}

TEST_CASE("a transport that breaks leaves it open whether the image was paid for: it is not asked for again") {
  const Plugin plugin("openai");
  for (const std::int32_t status : {PLATOS_UNAVAILABLE, PLATOS_DEADLINE}) {
    const auto made = plugin.make(always({.body = "{\"data\"", .transport_status = status}));
    CHECK(made.status == status);
    CHECK(made.steps.size() == 1);
  }
}

TEST_CASE("an error under status 200 is an error") {
  const auto made = Plugin("openai").make(always({R"({"error":{"code":"content_policy_violation","message":"No"}})"}));
  CHECK(made.status == PLATOS_PERMISSION_DENIED);
  CHECK(reason_of(made) == "content_policy");
}

TEST_CASE("without a key that is wanted none is sent") {
  const Plugin plugin("openai", R"({"api_key_required":false,"base_url":"http://localhost:8080/v1"})");
  const auto made = plugin.make(always({answer_with(kImage)}));
  CHECK(made.steps.at(0).header("Authorization").empty());
  CHECK(made.steps.at(0).url == "http://localhost:8080/v1/images/generations");
}

TEST_CASE("the component openai keeps the contract") {
  const Plugin plugin("openai");
  tests::check_image_contract(plugin.instance, [](const ImageStep&) { return ImageAnswer{answer_with(kImage)}; });
}
