// Image makers that break the contract: the tool generate_image says so, and nothing of theirs is kept.
#include <catch2/catch.hpp>

#include "plugins/stage/asking.hpp"
#include "support/web_server.hpp"

using namespace platos::tests;

namespace {

/// A daemon with one image maker, called "art".
struct ImageStage : PluginStage {
  MockProvider mock;
  explicit ImageStage(const std::string& mode, const std::string& url = "", const std::string& base_url = "") {
    add("rogue-image");
    without_shipped_governor(*this);
    write_openai_instance(data(), "mock", mock.base_url());
    Configured maker;
    maker.name = "art";
    maker.plugin = rogue_id("rogue-image");
    maker.config = {{"mode", mode}, {"url", url}};
    if (!base_url.empty()) maker.config["base_url"] = base_url;
    maker.secrets = {{"token", "env:TEST_ART"}};
    maker.granted_secrets = {"token"};
    configure(maker);
    start(settings_with({}), {{"TEST_ART", "art-key-7"}});
  }
  Json draw(const Json& arguments = {{"prompt", "A fox"}, {"model", "art"}}) const {
    return call_tool(*this, "images__generate_image", arguments, {"images"});
  }
  /// The word in front of what the model is told.
  std::string refusal(const Json& arguments = {{"prompt", "A fox"}, {"model", "art"}}) const {
    const Json drawn = draw(arguments);
    INFO(drawn.dump());
    REQUIRE(drawn["isError"] == true);
    const std::string text = drawn["result"];
    return text.substr(0, text.find(':'));
  }
  Json row() const { return instance(rogue_id("rogue-image"), "art"); }
};

}  // namespace

TEST_CASE("an honest image maker's picture is kept as a file, with what it cost and what became of the prompt") {
  const ImageStage stage(GENERATE(as<std::string>(), "works", "begins_anew"));
  const Json drawn = stage.draw();
  INFO(drawn.dump());
  REQUIRE(drawn["result"].is_object());
  CHECK(drawn["result"]["path"].get<std::string>().starts_with("images/art-"));
  CHECK(drawn["result"]["mimeType"] == "image/png");
  CHECK(drawn["result"]["width"] == 64);
  CHECK(drawn["result"]["height"] == 32);
  CHECK(drawn["result"]["vendorModel"] == "rogue");
  CHECK(drawn["result"]["costCents"] == 1.2345);
  CHECK(drawn["result"]["revisedPrompt"] == "A rogue");
  CHECK(stage.row()["state"] == "ready");
}

TEST_CASE("an image maker that breaks the contract is switched off and named, and its picture is not kept") {
  const auto [mode, reason] = GENERATE(table<std::string, std::string>({
      {"piece_missing", "done without an image"},
      {"piece_nowhere", "a piece of 100 bytes at no address"},
      {"piece_beyond", "a piece at 7, after 0 bytes"},
      {"about_twice", "about() for a second time"},
      {"about_no_object", "a JSON object of at most 64 KiB"},
      {"about_no_text", "revised_prompt"},
      {"begin_throws", "an exception crossed the C boundary"},
      {"begin_without_generation", "begin() succeeded without a generation"},
      {"next_throws", "an exception crossed the C boundary"},
      {"step_unknown", "a step of kind 99"},
  }));
  CAPTURE(mode);
  const ImageStage stage(mode);
  const Json drawn = stage.draw();
  INFO(drawn.dump());
  CHECK(drawn["isError"] == true);
  CHECK(stage.row()["state"] == "failed");
  CHECK(says(stage.row()["error"], reason));
  // Switched off, it is no model any more.
  CHECK(says(stage.draw()["result"], "model: expected"));
  CHECK(stage.daemon().stop() == 0);
}

TEST_CASE("what a vendor sends that is no picture is not kept, and is no fault of the plugin") {
  const auto [mode, code] = GENERATE(table<std::string, std::string>({
      {"too_large", "image_too_large"},
      {"piece_huge", "image_too_large"},
      {"wrong_magic", "image_unreadable"},
      {"cut", "image_unreadable"},
      {"fails_with_reason", "image_content_policy"},
      {"begin_fails", "image_invalid_request"},
      {"never_done", "codec_never_done"},
  }));
  CAPTURE(mode);
  const ImageStage stage(mode);
  CHECK(stage.refusal() == code);
  CHECK(stage.row()["state"] == "ready");
}

TEST_CASE("an image maker that breaks the contract only when it is ended is switched off after its work is used") {
  const ImageStage stage("end_throws");
  CHECK(stage.draw()["result"]["width"] == 64);
  CHECK(says(stage.row()["error"], "an exception crossed the C boundary"));
}

TEST_CASE("an image maker whose description cannot be used fails at the start, and is no model") {
  const auto [mode, reason] = GENERATE(table<std::string, std::string>({
      {"describe_throws", "an exception crossed the C boundary"},
      {"describe_no_model", "describe() must write model"},
      {"describe_no_sizes", "1 to 64 sizes"},
      {"describe_huge_size", "from 1 to 65535"},
      {"describe_size_twice", "each size once"},
  }));
  CAPTURE(mode);
  const ImageStage stage(mode);
  CHECK(stage.row()["state"] == "failed");
  CHECK(says(stage.row()["error"], reason));
  CHECK(stage.draw()["code"] == "invalid_arguments");
}

TEST_CASE("an address that was not granted is not reached, and gets no key") {
  WebServer inside([](const WebVisit&) { return WebServer::page("secret"); });
  const std::string base = inside.url();
  const auto [mode, url] = GENERATE_COPY(table<std::string, std::string>({
      {"asks", base + "/image"},
      {"asks_with_key", base + "/image"},
      {"asks_with_key", "https://169.254.169.254/latest/meta-data/"},
  }));
  CAPTURE(mode, url);
  const ImageStage stage(mode, url, "https://granted.example/v1");
  CHECK(stage.refusal() == "url_not_granted");
  CHECK(inside.visits().empty());
}

TEST_CASE("a granted address is reached with the key, which nobody else sees") {
  WebServer vendor([](const WebVisit& visit) { return WebServer::page(visit.head); });
  const ImageStage stage("asks_with_key", vendor.url() + "/image", vendor.url());
  const Json drawn = stage.draw();
  INFO(drawn.dump());
  CHECK(drawn["result"]["width"] == 64);
  REQUIRE(vendor.visits().size() == 1);
  CHECK(vendor.visits().front().head.find("x-key: art-key-7\r\n") != std::string::npos);
  CHECK_FALSE(model_saw(stage.mock, "art-key-7"));
}

TEST_CASE("arguments that are wrong are refused before the plugin is asked") {
  const ImageStage stage("works");
  CHECK(stage.draw({{"prompt", ""}, {"model", "art"}})["code"] == "invalid_arguments");
  CHECK(stage.draw({{"prompt", "x"}, {"model", "nobody"}})["code"] == "invalid_arguments");
  CHECK(stage.draw({{"prompt", "x"}, {"model", "art"}, {"size", "1x1"}})["code"] == "invalid_arguments");
  // A size of another model, and a prompt that is longer than this one takes.
  const Json wide = stage.draw({{"prompt", "x"}, {"model", "art"}, {"size", "1792x1024"}});
  CHECK(wide["code"] == "invalid_arguments");
  CHECK(says(wide["result"], "image_size_unsupported: size: art makes 1024x1024, found 1792x1024"));
  CHECK(stage.refusal({{"prompt", std::string(101, 'x')}, {"model", "art"}}) == "image_prompt_too_long");
}
