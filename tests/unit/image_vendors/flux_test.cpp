// FLUX of Black Forest Labs, with bodies after its documentation.
#include <catch2/catch.hpp>
#include <numeric>

#include "contract/image_contract.hpp"
#include "vendors.hpp"

using namespace platos;
using namespace platos::image_vendors::testing;
using platos::tests::jpeg_bytes;

namespace {

const std::string kImage = jpeg_bytes(1024, 1024, 500);
const std::string kPolling = "https://api.us4.bfl.ai/v1/get_result?id=2ecb1b0e";
const std::string kSample = "https://delivery-us4.bfl.ai/results/2ecb/sample.jpeg?se=2026&sig=x%3D";

Json status(const std::string& word, const Json& result = nullptr) {
  return {{"id", "2ecb1b0e"}, {"status", word}, {"result", result}, {"progress", nullptr}};
}
ImageAnswer said(const Json& body) { return {body.dump()}; }
const Json kSubmitted = {{"id", "2ecb1b0e"}, {"polling_url", kPolling}};

/// A vendor whose questions for the result are answered in turn; the last one for ever.
struct Vendor {
  std::vector<ImageAnswer> submissions = {said(kSubmitted)};
  std::vector<ImageAnswer> results = {said(status("Ready", {{"sample", kSample}, {"seed", 42}}))};
  std::vector<ImageAnswer> files = {{.body = kImage, .piece_bytes = 100}};

  ImageVendor answers() const {
    auto submit = in_turn(submissions);
    auto ask = in_turn(results);
    auto file = in_turn(files);
    return [=](const ImageStep& step) mutable {
      if (step.method == "POST") return submit(step);
      return step.url == kPolling ? ask(step) : file(step);
    };
  }
};

std::size_t questions_of(const Generated& made) {
  return static_cast<std::size_t>(
      std::count_if(made.steps.begin(), made.steps.end(), [](const ImageStep& step) { return step.url == kPolling; }));
}

}  // namespace

TEST_CASE("an image is submitted, asked for and fetched; the key goes to the first two") {
  Vendor vendor;
  vendor.results.insert(vendor.results.begin(), said(status("Pending")));
  const auto made =
      Plugin("flux", R"({"options":{"safety_tolerance":2,"output_format":"jpeg"}})").make(vendor.answers());
  INFO(made.error.message);
  REQUIRE(made.done);
  CHECK(made.bytes == kImage);
  REQUIRE(made.steps.size() == 4);
  CHECK(made.steps[0].method == "POST");
  CHECK(made.steps[0].url == "https://api.bfl.ai/v1/flux-pro-1.1");
  CHECK(Json::parse(made.steps[0].body) == Json({{"prompt", "A fox in the snow"},
                                                 {"width", 1024},
                                                 {"height", 1024},
                                                 {"safety_tolerance", 2},
                                                 {"output_format", "jpeg"}}));
  for (const std::size_t step : {0U, 1U, 2U}) CHECK(made.steps[step].header("x-key") == "{{secret:api_key}}");
  CHECK(made.steps[1].url == kPolling);
  CHECK(made.steps[3].url == kSample);
  CHECK(made.steps[3].header("x-key").empty());
  CHECK(made.waits == std::vector<std::int64_t>{500, 750});
}

TEST_CASE("sizes that the model has not are sent as the nearest that it has") {
  const auto made = Plugin("flux").make(Vendor().answers(), 1024, 1792);
  const Json body = Json::parse(made.steps.at(0).body);
  CHECK(body["width"] == 832);
  CHECK(body["height"] == 1440);
}

TEST_CASE("a vendor that never has a result is given up within the host's steps, after growing pauses") {
  Vendor vendor;
  const std::string word = GENERATE(as<std::string>(), "Pending", "Queued", "A word that came later");
  vendor.results = {said(status(word))};
  const auto made = Plugin("flux").make(vendor.answers());
  CHECK_FALSE(made.done);
  CHECK(made.status == PLATOS_DEADLINE);
  CHECK(says(made, "had no image after it was asked 26 times"));
  CHECK(made.steps.size() + made.waits.size() < 64);
  CHECK(std::is_sorted(made.waits.begin(), made.waits.end()));
  CHECK(made.waits.back() == 5000);
  CHECK(std::accumulate(made.waits.begin(), made.waits.end(), std::int64_t{0}) < 130'000);
}

TEST_CASE("with every retry that there is, a generation stays within the host's steps") {
  Vendor vendor;
  const ImageAnswer limited = {"{}", 429};
  vendor.submissions = {limited, limited, said(kSubmitted)};
  vendor.results = std::vector<ImageAnswer>(25, said(status("Pending")));
  vendor.results.push_back(said(status("Ready", {{"sample", kSample}})));
  vendor.files = {{"busy", 503}, {"busy", 503}, {kImage}};
  const auto made = Plugin("flux").make(vendor.answers());
  INFO(made.error.message);
  CHECK(made.done);
  CHECK(made.bytes == kImage);
  CHECK(made.steps.size() + made.waits.size() + 1 <= 64);
}

TEST_CASE("questions are asked again when the vendor or the way fails, submissions are not") {
  Vendor vendor;
  vendor.results = {{"busy", 503},
                    {"slow", 429, {{"Retry-After", "3"}}},
                    {.body = "{\"sta", .transport_status = PLATOS_UNAVAILABLE},
                    said(status("Ready", {{"sample", kSample}}))};
  const auto made = Plugin("flux").make(vendor.answers());
  INFO(made.error.message);
  CHECK(made.done);
  CHECK(made.waits == std::vector<std::int64_t>{500, 750, 3000, 1687});
  Vendor failing;
  failing.submissions = {{"{}", 503}};
  const auto failed = Plugin("flux").make(failing.answers());
  CHECK(failed.status == PLATOS_UNAVAILABLE);
  CHECK(failed.steps.size() == 1);
}

TEST_CASE("a file whose transfer breaks is fetched anew from its beginning, three times at most") {
  Vendor vendor;
  const ImageAnswer cut = {.body = kImage.substr(0, 200), .transport_status = PLATOS_UNAVAILABLE, .piece_bytes = 50};
  vendor.files = {cut, {.body = kImage, .piece_bytes = 70}};
  const auto made = Plugin("flux").make(vendor.answers());
  CHECK(made.done);
  CHECK(made.bytes == kImage);
  CHECK_FALSE(made.broken_order);
  vendor.files = {cut};
  const auto never = Plugin("flux").make(vendor.answers());
  CHECK(never.status == PLATOS_UNAVAILABLE);
  CHECK(never.steps.size() == 5);
  vendor.files = {{"gone", 404}};
  const auto gone = Plugin("flux").make(vendor.answers());
  CHECK(gone.status == PLATOS_NOT_FOUND);
  CHECK(reason_of(gone).empty());
  CHECK(gone.steps.size() == 3);
  vendor.files = {ImageAnswer{}};
  CHECK(says(Plugin("flux").make(vendor.answers()), "found an empty file"));
}

TEST_CASE("what the safety system takes back is told as such") {
  Vendor vendor;
  const std::string word = GENERATE(as<std::string>(), "Request Moderated", "Content Moderated");
  vendor.results = {said(status(word, Json::object()))};
  const auto made = Plugin("flux").make(vendor.answers());
  CHECK(made.status == PLATOS_PERMISSION_DENIED);
  CHECK(reason_of(made) == "content_policy");
  CHECK(says(made, word));
}

TEST_CASE("a task that fails, is lost or says nothing ends the generation") {
  const auto made_of = [](const Json& answer) {
    Vendor vendor;
    vendor.results = {said(answer)};
    return Plugin("flux").make(vendor.answers());
  };
  CHECK(made_of(status("Error")).status == PLATOS_INTERNAL);
  CHECK(says(made_of(status("Failed")), "\"Failed\""));
  CHECK(made_of(Json::object()).status == PLATOS_INTERNAL);
  CHECK(says(made_of(status("Ready", Json::object())), "expected result.sample"));
  CHECK(says(made_of({{"status", 3}}), "expected a string at status"));
  const auto lost = made_of(status("Task not found"));
  CHECK(lost.status == PLATOS_INTERNAL);
  CHECK(questions_of(lost) == 4);
}

TEST_CASE("refusals of a submission say what they are about") {
  struct Tried {
    int status;
    Json body;
    std::int32_t code;
    std::string reason;
  };
  const std::vector<Tried> all = {
      {402, {{"detail", "Insufficient credits"}}, PLATOS_RESOURCE_EXHAUSTED, "quota"},
      {403, {{"detail", "Not authenticated - Invalid Authentication"}}, PLATOS_UNAUTHENTICATED, ""},
      {404, {{"detail", "Not Found"}}, PLATOS_NOT_FOUND, "model"},
      {422,
       {{"detail", {{{"loc", {"body", "width"}}, {"msg", "Input should be less than or equal to 1440"}}}}},
       PLATOS_INVALID_ARGUMENT,
       "size"},
      {422, {{"detail", {{{"loc", {"body", "prompt"}}, {"msg", "Field required"}}}}}, PLATOS_INVALID_ARGUMENT, ""}};
  for (const auto& tried : all) {
    INFO(tried.body.dump());
    Vendor vendor;
    vendor.submissions = {{tried.body.dump(), tried.status}};
    const auto made = Plugin("flux").make(vendor.answers());
    CHECK(made.status == tried.code);
    CHECK(reason_of(made) == tried.reason);
  }
}

TEST_CASE("an answer without an address is asked for by its id, and without either refused") {
  Vendor vendor;
  vendor.submissions = {said({{"id", "2ecb-1"}})};
  const auto made = Plugin("flux").make(vendor.answers());
  CHECK(made.steps.at(1).url == "https://api.bfl.ai/v1/get_result?id=2ecb-1");
  for (const Json& answer : {Json::object(), Json({{"id", "a&b=c"}}), Json({{"id", "../x"}})}) {
    vendor.submissions = {said(answer)};
    CHECK(says(Plugin("flux").make(vendor.answers()), "expected polling_url, found none"));
  }
}

TEST_CASE("addresses that are none are refused before the host sees them") {
  for (const std::string& url :
       {std::string("file:///etc/passwd"), std::string("gopher://x"), std::string("//host/x"),
        std::string("https://host/a b"), std::string("https://host/\r\nx-key: 1"),
        std::string("https://host/") + std::string(5000, 'a'), std::string("https://h\xC3\xA9/")}) {
    INFO(url.substr(0, 60));
    Vendor vendor;
    vendor.submissions = {said({{"polling_url", url}})};
    CHECK(says(Plugin("flux").make(vendor.answers()), "expected an http address"));
    vendor = Vendor();
    vendor.results = {said(status("Ready", {{"sample", url}}))};
    CHECK(says(Plugin("flux").make(vendor.answers()), "expected an http address"));
  }
}

TEST_CASE("an answer that does not end is not kept") {
  Vendor vendor;
  vendor.submissions = {{.body = std::string(10 * 1024 * 1024, ' '), .piece_bytes = 65'536}};
  const auto made = Plugin("flux").make(vendor.answers());
  CHECK(made.status == PLATOS_INTERNAL);
  CHECK(says(made, "expected at most 262144 bytes"));
}

TEST_CASE("the component flux keeps the contract") {
  const Plugin plugin("flux");
  tests::check_image_contract(plugin.instance, [](const ImageStep& step) {
    if (step.method == "POST") return said(kSubmitted);
    return step.url == kPolling ? said(status("Ready", {{"sample", kSample}})) : ImageAnswer{kImage};
  });
}
