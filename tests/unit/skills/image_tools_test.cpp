// generate_image with a maker that is made up, real workspaces, and variables in a real database.
#include "skills/image_tools.hpp"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "support/image_bytes.hpp"
#include "support/temp_dir.hpp"
#include "tenancy/environments.hpp"
#include "unit/tenancy/tenancy_stage.hpp"

namespace platos::skills {
namespace {

using model::Json;

/// Says what it was asked for.
class FakeMaker final : public ports::ImageMaker {
 public:
  FakeMaker(std::string name, std::vector<ports::ImageSize> sizes) : name_(std::move(name)) {
    info_.model = name_ + "-1";
    info_.max_prompt_bytes = 100;
    info_.sizes = std::move(sizes);
  }
  std::vector<ports::ImageRequest> requests;
  std::string bytes = tests::png_bytes(8, 4);

  const std::string& instance() const override { return name_; }
  const ports::ImageMakerInfo& info() const override { return info_; }
  Task<Result<ports::GeneratedImage>> make(ports::CallContext, ports::ImageRequest request,
                                           base::CancelToken) override {
    requests.push_back(std::move(request));
    if (bytes.empty()) co_return fail(ErrorKind::PermissionDenied, "image_content_policy", "not this");
    ports::GeneratedImage image;
    image.bytes = bytes;
    image.facts = *model::read_image(bytes);
    image.revised_prompt = "A red fox";
    co_return image;
  }

 private:
  std::string name_;
  ports::ImageMakerInfo info_;
};

struct FakeImages final : ports::ImageDirectory {
  std::vector<ports::ImageMakerDescription> makers;
  std::vector<ports::ImageMakerDescription> image_makers() const override { return makers; }
};

struct ImageStage : tenancy::TenancyStage {
  tests::TempDir data;
  base::WorkerPool workers{"test", 1, 16};
  OfficialSkills official{PLATOS_OFFICIAL_SKILLS, {}, logger};
  Skills skills{*database, ids, official, {}};
  std::shared_ptr<FakeMaker> flux =
      std::make_shared<FakeMaker>("flux", std::vector<ports::ImageSize>{{1024, 1024, 40'000}, {1024, 1792, -1}});
  std::shared_ptr<FakeMaker> art = std::make_shared<FakeMaker>("art", std::vector<ports::ImageSize>{{64, 64, 5}});
  FakeImages directory;
  sandbox::Options options = [this] {
    sandbox::Options made;
    made.data_dir = data.path();
    return made;
  }();
  std::unique_ptr<sandbox::Sandbox> box;
  std::unique_ptr<ImageTools> tools;
  ports::CallContext context;

  ImageStage() {
    directory.makers = {{art, {}}, {flux, {{"api_key", "BFL_API_KEY"}}}};
    context.scope = admin().scope;
    context.thread_id = "thread_1";
    context.idempotency_key = "run_1:call_1";
    make_tools();
  }
  void make_tools() {
    tools.reset();
    box = std::make_unique<sandbox::Sandbox>(options, clock, logger);
    tools = std::make_unique<ImageTools>(directory, skills, *box, workers);
  }
  // invoke() asks which loop it is on.
  Result<std::string> draw(const Json& arguments) { return run(call(*tools, context, model::dump(arguments))); }
  std::string refusal(const Json& arguments) {
    const auto drawn = draw(arguments);
    return drawn ? "ok" : drawn.error().code;
  }
  static Task<Result<std::string>> call(ImageTools& tools, ports::CallContext context, std::string arguments) {
    co_return co_await tools.invoke(std::move(context), ImageTools::kGenerate, std::move(arguments), {});
  }
  std::string workspace() { return box->workspaces().open(context.scope.environment_id, context.thread_id).value(); }
};

}  // namespace

TEST_CASE_METHOD(ImageStage, "the tool offers the models and sizes that there are, and is made once") {
  REQUIRE(tools->tools().size() == 1);
  const model::Tool& tool = tools->tools().front();
  CHECK(tool.effect == model::Effect::Once);
  CHECK(tool.model_name == "images__generate_image");
  CHECK(tool.timeout_ms == 240'000);
  const Json properties = Json::parse(tool.input_schema_json)["properties"];
  CHECK(properties["model"]["enum"] == Json({"art", "flux"}));
  CHECK(properties["model"]["default"] == "flux");
  CHECK(properties["size"]["enum"] == Json({"64x64", "1024x1024", "1024x1792"}));
  CHECK(properties["size"]["default"] == "1024x1024");
  directory.makers.clear();
  make_tools();
  CHECK(tools->tools().empty());
  CHECK(refusal({{"prompt", "x"}}) == "unknown_tool");
}

TEST_CASE_METHOD(ImageStage, "a picture is a file of the workspace, and the answer says what it is and cost") {
  const auto drawn = draw({{"prompt", "A fox"}});
  REQUIRE(drawn);
  const Json answer = Json::parse(*drawn);
  const std::string path = answer["path"];
  CHECK(answer == Json({{"path", path},
                        {"mimeType", "image/png"},
                        {"width", 8},
                        {"height", 4},
                        {"bytes", flux->bytes.size()},
                        {"model", "flux"},
                        {"vendorModel", "flux-1"},
                        {"costCents", 4.0},
                        {"_usage", {{"provider", "flux"}, {"outputUnits", 1}, {"costCents", 4.0}}},
                        {"revisedPrompt", "A red fox"}}));
  std::ifstream stream(workspace() + "/" + path, std::ios::binary);
  CHECK(std::string(std::istreambuf_iterator<char>(stream), {}) == flux->bytes);
  REQUIRE(flux->requests.size() == 1);
  CHECK(flux->requests[0].prompt == "A fox");
  CHECK(flux->requests[0].width == 1024);
  CHECK_FALSE(Json::parse(draw({{"prompt", "A fox"}, {"size", "1024x1792"}}).value()).contains("costCents"));
  CHECK(Json::parse(draw({{"prompt", "A fox"}, {"model", "art"}, {"size", "64x64"}}).value())["model"] == "art");
}

TEST_CASE_METHOD(ImageStage, "an environment that has the key's variable brings its own key, others bring none") {
  REQUIRE(draw({{"prompt", "x"}}));
  CHECK(flux->requests.back().keys.empty());
  tenancy::Environments environments(*database, ids);
  REQUIRE(run(environments.set_variables(loop, admin(), context.scope, {{"BFL_API_KEY", "mine", true}})));
  REQUIRE(draw({{"prompt", "x"}}));
  CHECK(flux->requests.back().keys == std::map<std::string, std::string, std::less<>>{{"api_key", "mine"}});
  REQUIRE(draw({{"prompt", "x"}, {"model", "art"}}));
  CHECK(art->requests.back().keys.empty());
}

TEST_CASE_METHOD(ImageStage, "no vendor is asked for what could not be kept, or is not what the tool takes") {
  CHECK(refusal(Json::object()) == "invalid_field");
  CHECK(refusal({{"prompt", 7}}) == "invalid_field");
  CHECK(refusal({{"prompt", "x"}, {"model", "nobody"}}) == "invalid_field");
  for (const char* size : {"", "big", "0x0", "1024", "x", "1024x", "99999999x1", "-1x5"}) {
    INFO(size);
    CHECK(refusal({{"prompt", "x"}, {"size", size}}) == "invalid_field");
  }
  context.thread_id = "";
  CHECK(refusal({{"prompt", "x"}}) == "workspace_needs_thread");
  context.thread_id = "thread_1";
  options.workspace_bytes = 20 * 1024 * 1024 - 1;
  make_tools();
  CHECK(refusal({{"prompt", "x"}}) == "workspace_full");
  CHECK(flux->requests.empty());
}

TEST_CASE_METHOD(ImageStage, "what the vendor says goes to the model with its word in front, and leaves no file") {
  flux->bytes.clear();
  const auto drawn = draw({{"prompt", "x"}});
  REQUIRE_FALSE(drawn);
  CHECK(drawn.error().code == "image_content_policy");
  CHECK(drawn.error().message == "image_content_policy: not this");
  CHECK(std::filesystem::is_empty(workspace()));
}

}  // namespace platos::skills
