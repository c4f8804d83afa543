// What an operator may write, and what is said of the rest.
#include <catch2/catch.hpp>

#include "vendors.hpp"

using namespace platos::image_vendors::testing;

namespace {

std::string refusal_of(const std::string& config) {
  try {
    const Plugin plugin("openai", config);
    return {};
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

Json description_of(const Plugin& plugin) {
  platos::sdk::testing::TextWriter writer;
  platos_error_t error;
  const auto& maker = plugin.instance.table<platos_image_maker_t>(PLATOS_IMAGE_INTERFACE);
  REQUIRE(maker.describe(plugin.instance.handle(), &writer.table, &error) == PLATOS_OK);
  return Json::parse(writer.text);
}

}  // namespace

TEST_CASE("a description has the model, its sizes and what they cost") {
  const Json described = description_of(Plugin("openai", R"({"model":"gpt-image-1","max_prompt_bytes":32000,
        "sizes":{"1024x1024":{"cents":4.2},"1024x1792":{"send":"1024x1536"}}})"));
  CHECK(described == Json({{"model", "gpt-image-1"},
                           {"max_prompt_bytes", 32000},
                           {"sizes",
                            {{{"width", 1024}, {"height", 1024}, {"cost_micro_usd", 42'000}},
                             {{"width", 1024}, {"height", 1792}}}}}));
  const Json usual = description_of(Plugin("flux"));
  CHECK(usual["model"] == "flux-pro-1.1");
  CHECK(usual["sizes"].size() == 3);
}

TEST_CASE("a configuration that is wrong is refused with its key, what was expected and what was found") {
  const std::vector<std::pair<std::string, std::string>> all = {
      {"[]", "expected a JSON object"},
      {R"({"modell":"x"})", "modell"},
      {R"({"model":"a/../b"})", "model: expected a model id"},
      {R"({"model":""})", "model: expected a model id"},
      {R"({"base_url":"ftp://x"})", "base_url: expected"},
      {R"({"sizes":{}})", "sizes: expected an object of 1 to 32 sizes"},
      {R"({"sizes":{"big":{}}})", "expected a size such as"},
      {R"({"sizes":{"0x10":{}}})", "expected a size such as"},
      {R"({"sizes":{"10x99999":{}}})", "expected a size such as"},
      {R"({"sizes":{"10x-5":{}}})", "expected a size such as"},
      {R"({"sizes":{"10x10":{"send":7}}})", "sizes.10x10.send: expected a size"},
      {R"({"sizes":{"10x10":{"cents":-1}}})", "sizes.10x10.cents: expected cents"},
      {R"({"sizes":{"10x10":{"price":1}}})", "\"send\" and \"cents\""},
      {R"({"options":{"n":5}})", "options.n: expected a member that the plugin does not write itself"},
      {R"({"options":{"style":{}}})", "options.style: expected a text"},
      {R"({"max_prompt_bytes":0})", "max_prompt_bytes: expected an integer from 1"},
      {R"({"vendor_urls":"http://*.x.com/*"})", "vendor_urls: expected a pattern"},
      {R"({"api_key_required":1})", "api_key_required: expected true or false"}};
  for (const auto& [config, part] : all) {
    INFO(config);
    const std::string said = refusal_of(config);
    INFO(said);
    CHECK(said.find(part) != std::string::npos);
  }
}

TEST_CASE("a request that is out of the description's bounds is refused before anything is sent") {
  const Plugin plugin("openai", R"({"max_prompt_bytes":10})");
  const auto begun = [&](const std::string& request) {
    return platos::sdk::testing::generate(plugin.instance, request, {});
  };
  for (const std::string& request : {std::string("{}"), std::string("[]"), std::string("no"),
                                     std::string(R"({"v":2,"prompt":"x","width":1024,"height":1024})"),
                                     std::string(R"({"v":1,"prompt":"","width":1024,"height":1024})"),
                                     std::string(R"({"v":1,"prompt":"01234567890","width":1024,"height":1024})"),
                                     std::string(R"({"v":1,"prompt":"x","width":1024,"height":1})"),
                                     std::string(R"({"v":1,"prompt":"x","width":"1024","height":1024})")}) {
    INFO(request);
    const auto made = begun(request);
    CHECK(made.status == PLATOS_INVALID_ARGUMENT);
    CHECK(made.steps.empty());
  }
}
