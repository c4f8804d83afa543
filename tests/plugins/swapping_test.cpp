// The examples of memory, embedder, image maker, governor and observer, built with the installed SDK: an instance file
// and a grant are all that puts them to work.
#include <catch2/catch.hpp>

#include "plugins/stage/asking.hpp"
#include "plugins/stage/out_of_tree.hpp"

using namespace platos::tests;

namespace {

struct SwapStage : PluginStage {
  TempDir folder;
  MockProvider mock;
  SwapStage() {
    without_shipped_governor(*this);
    write_openai_instance(data(), "mock", mock.base_url());
  }

  /// Builds sdk/examples/<example> and configures one instance of its only component.
  void use(const std::string& example, const std::string& component, const std::string& instance_name,
           const Json& config = Json::object()) const {
    add_folder(build_out_of_tree(folder, std::string(PLATOS_EXAMPLES) + "/" + example, example));
    Configured instance;
    instance.name = instance_name;
    instance.plugin = "com.example." + example;
    instance.component = component;
    instance.config = config;
    configure(instance);
  }
};

}  // namespace

TEST_CASE("a memory and an embedder of the SDK's examples keep what a model wants remembered, and remind it") {
  SwapStage stage;
  stage.use("map-memory", "map", "notes");
  stage.use("length-embedder", "length", "lengths");
  stage.start(settings_with({"memory.store=notes", "memory.embedder=lengths"}));
  const std::string tea = "This person drinks jasmine tea";
  const Json saved = remember(stage, tea);
  REQUIRE(saved.is_object());
  REQUIRE(is_saved(saved));
  const Json found = recall(stage, "What does this person drink?");
  REQUIRE(found["result"]["total"] == 1);
  CHECK(found["result"]["results"][0]["content"] == tea);
  stage.turn("mock:mock-n2", {}, "What does this person drink?");
  CHECK(says(stage.mock.requests().back().body, "- (fact) " + tea));
  const Json gone = call_tool(stage, "forget", {{"memoryId", saved["result"]["id"]}});
  CHECK(gone["result"]["deleted"] == true);
  CHECK(recall(stage, "What does this person drink?")["result"]["total"] == 0);
}

TEST_CASE("an image maker of the SDK's examples is a model of generate_image, and its picture a file") {
  SwapStage stage;
  stage.use("plain-image", "plain", "plain");
  stage.start(settings_with({}));
  const Json drawn = call_tool(stage, "images__generate_image", {{"prompt", "Blue"}, {"model", "plain"}}, {"images"});
  INFO(drawn.dump());
  CHECK(drawn["result"]["mimeType"] == "image/png");
  CHECK(drawn["result"]["width"] == 64);
  CHECK(drawn["result"]["costCents"] == 0);
}

TEST_CASE("a governor of the SDK's examples denies a word in messages and in answers") {
  SwapStage stage;
  stage.use("word-governor", "word", "words", {{"word", "gasoline"}});
  stage.start(settings_with({"governance.order=words", "governance.budget_ms=20000"}));
  const auto refused = stage.turn("mock:mock-n2", {}, "Where can I get Gasoline?");
  CHECK(shape_of(refused) == "meta error done");
  CHECK(event_of(refused, "error")["code"] == "safety_blocked");
  CHECK(stage.mock.requests().empty());
  const Json rows = safety_events(stage.daemon());
  REQUIRE_FALSE(rows.empty());
  CHECK(rows[0]["meta"]["rule_id"] == "word.forbidden");
  CHECK(rows[0]["meta"]["plugin"] == "com.example.word-governor 1.0.0");
  CHECK(text_of(stage.turn("mock:mock-echo", {}, "Where can I get tea?")) == "Where can I get tea?");
}

TEST_CASE("an observer of the SDK's examples counts the spans of turns") {
  SwapStage stage;
  stage.use("count-observer", "count", "counts");
  stage.start(settings_with({"observers.flush_ms=100"}));
  stage.turn("mock:mock-n2");
  CHECK(stage.daemon().wait_for_log("spans since the last flush"));
  CHECK(stage.daemon().wait_for_log("invoke_agent"));
}
