#include "skills/image_tools.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/json_schema.hpp"
#include "sandbox/workspace_file.hpp"

namespace platos::skills {
namespace {

using model::Json;
using Keys = std::map<std::string, std::string, std::less<>>;

constexpr const char* kFolder = "images";
constexpr const char* kUsualModel = "flux";
constexpr std::string_view kUsualSize = "1024x1024";
constexpr std::int64_t kTimeoutMs = 240'000;
constexpr std::int64_t kMostImageBytes = 20 * 1024 * 1024;
constexpr std::size_t kNameDigits = 12;
constexpr double kMicroUsdPerCent = 1e4;

std::string size_text(const ports::ImageSize& size) {
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

// "1024x1792"; what is none matches no size.
ports::ImageSize size_from(std::string_view text) {
  ports::ImageSize size;
  const auto cross = text.find('x');
  std::uint64_t width = 0;
  std::uint64_t height = 0;
  const bool is_size = cross != std::string_view::npos && cross <= 5 && text.size() - cross <= 6 &&
                       base::parse_uint64(text.substr(0, cross), width) &&
                       base::parse_uint64(text.substr(cross + 1), height);
  if (!is_size) return size;
  size.width = static_cast<std::int64_t>(width);
  size.height = static_cast<std::int64_t>(height);
  return size;
}

template <typename Text>
std::string usual_of(const std::vector<std::string>& names, const Text& usual) {
  return std::find(names.begin(), names.end(), usual) != names.end() ? std::string(usual) : names.front();
}

Json schema_of(const std::vector<std::string>& models, const std::vector<std::string>& sizes, std::size_t most_prompt) {
  return {{"type", "object"},
          {"properties",
           {{"prompt",
             {{"type", "string"},
              {"minLength", 1},
              {"maxLength", most_prompt},
              {"description", "What is to be seen: subject, setting, style, light"}}},
            {"size", {{"type", "string"}, {"enum", sizes}, {"default", usual_of(sizes, kUsualSize)}}},
            {"model", {{"type", "string"}, {"enum", models}, {"default", usual_of(models, kUsualModel)}}}}},
          {"required", {"prompt"}},
          {"additionalProperties", false}};
}

model::Tool generate_tool(const Json& schema) {
  model::Tool tool;
  tool.instance = ImageTools::kInstance;
  tool.name = ImageTools::kGenerate;
  tool.model_name = model::model_tool_name(tool.instance, tool.name);
  tool.description =
      "Make a picture from a description. It costs money and takes up to some minutes. The picture is kept as a file "
      "of "
      "this conversation's workspace; the answer tells its path, format and size.";
  tool.input_schema_json = model::dump(schema);
  if (auto compiled = model::JsonSchema::compile(schema))
    tool.input_schema = std::make_shared<const model::JsonSchema>(std::move(*compiled));
  // No vendor takes a key by which it would know a repeated request.
  tool.effect = model::Effect::Once;
  tool.timeout_ms = kTimeoutMs;
  tool.category = "images";
  return tool;
}

Json described(const ports::GeneratedImage& image, const std::string& path) {
  Json answer = {{"path", path},
                 {"mimeType", model::mime_of(image.facts.format)},
                 {"width", image.facts.width},
                 {"height", image.facts.height},
                 {"bytes", image.bytes.size()}};
  if (!image.revised_prompt.empty()) answer["revisedPrompt"] = image.revised_prompt;
  return answer;
}

// Codes of tool results are few. The model is told the finer word, too: what to do about a refused prompt is not what
// to do about a missing key.
Error with_code(Error error) {
  error.message = error.code + ": " + error.message;
  return error;
}

}  // namespace

struct ImageTools::Wanted {
  std::string model;
  ports::ImageRequest request;
};

ImageTools::ImageTools(const ports::ImageDirectory& directory, Skills& skills, sandbox::Sandbox& sandbox,
                       base::WorkerPool& workers)
    : directory_(directory), skills_(skills), sandbox_(sandbox), workers_(workers) {
  std::vector<std::string> models;
  std::vector<std::string> sizes;
  std::size_t most_prompt = 1;
  for (const auto& each : directory_.image_makers()) {
    models.push_back(each.maker->instance());
    most_prompt = std::max(most_prompt, each.maker->info().max_prompt_bytes);
    for (const auto& size : each.maker->info().sizes) {
      const std::string text = size_text(size);
      if (std::find(sizes.begin(), sizes.end(), text) == sizes.end()) sizes.push_back(text);
    }
  }
  if (!models.empty()) tools_ = {generate_tool(schema_of(models, sizes, most_prompt))};
}

Result<ImageTools::Wanted> ImageTools::read(const std::string& arguments_json) const {
  const auto arguments = model::parse_bounded(arguments_json, "the arguments");
  if (!arguments) return fail(arguments.error());
  if (!arguments->is_object()) return fail(model::invalid_field("arguments", "an object", model::kind_of(*arguments)));
  const auto prompt = model::required_text(*arguments, "prompt");
  if (!prompt) return fail(prompt.error());
  const auto name = model::optional_text(*arguments, "model");
  if (!name) return fail(name.error());
  const auto size = model::optional_text(*arguments, "size");
  if (!size) return fail(size.error());
  const auto schema = model::parse_bounded(tools_.front().input_schema_json, "the schema");
  const Json& properties = (*schema)["properties"];
  Wanted wanted;
  wanted.model = name->value_or(properties["model"]["default"].get<std::string>());
  wanted.request.prompt = *prompt;
  const auto sides = size_from(size->value_or(properties["size"]["default"].get<std::string>()));
  if (sides.width == 0 || sides.height == 0) {
    return fail(model::invalid_field("size", "one such as " + std::string(kUsualSize),
                                     "\"" + base::printable(size->value_or(""), 40) + "\""));
  }
  wanted.request.width = sides.width;
  wanted.request.height = sides.height;
  return wanted;
}

Result<ports::ImageMakerDescription> ImageTools::maker_called(const std::string& name) const {
  std::string known;
  for (auto& each : directory_.image_makers()) {
    if (each.maker->instance() == name) return each;
    known += (known.empty() ? "" : ", ") + each.maker->instance();
  }
  return fail(model::invalid_field("model", known.empty() ? "an image instance that can be used" : "one of " + known,
                                   "\"" + base::printable(name, 80) + "\""));
}

Task<Result<Keys>> ImageTools::keys_of(base::Loop& loop, model::Scope scope, ports::ImageMakerDescription maker) const {
  std::vector<std::string> names;
  for (const auto& [slot, variable] : maker.secrets) names.push_back(variable);
  const auto values = co_await skills_.values(loop, std::move(scope), std::move(names));
  if (!values) co_return fail(values.error());
  Keys keys;
  for (const auto& [slot, variable] : maker.secrets) {
    if (const auto value = values->find(variable); value != values->end()) keys[slot] = value->second;
  }
  co_return keys;
}

Task<Result<std::string>> ImageTools::workspace_of(base::Loop& loop, ports::CallContext context) const {
  const auto opened = workers_.run(loop, [this, context]() -> Result<std::string> {
    auto path = sandbox_.workspaces().open(context.scope.environment_id, context.thread_id);
    if (!path) return path;
    if (auto room = sandbox::check_room(sandbox_.options(), *path, kMostImageBytes); !room) return fail(room.error());
    return path;
  });
  co_return co_await opened;
}

Task<Result<std::string>> ImageTools::keep(base::Loop& loop, std::string workspace, std::string stem,
                                           std::shared_ptr<const ports::GeneratedImage> image) const {
  const auto written = workers_.run(loop, [this, workspace, stem, image]() -> Result<std::string> {
    return sandbox::add_file(sandbox_.options(), workspace, kFolder, stem, model::extension_of(image->facts.format),
                             image->bytes);
  });
  co_return co_await written;
}

Task<Result<std::string>> ImageTools::invoke(ports::CallContext context, std::string tool, std::string arguments_json,
                                             base::CancelToken cancel) {
  base::Loop& loop = *base::Loop::current();
  if (tool != kGenerate || tools_.empty())
    co_return fail(ErrorKind::NotFound, "unknown_tool",
                   "images: there is no tool \"" + base::printable(tool, 80) + "\"");
  auto wanted = read(arguments_json);
  if (!wanted) co_return fail(wanted.error());
  const auto found = maker_called(wanted->model);
  if (!found) co_return fail(found.error());
  const auto workspace = co_await workspace_of(loop, context);
  if (!workspace) co_return fail(workspace.error());
  auto keys = co_await keys_of(loop, context.scope, *found);
  if (!keys) co_return fail(keys.error());
  wanted->request.keys = std::move(*keys);
  ports::ImageMaker& maker = *found->maker;
  const auto* size = maker.info().find(wanted->request.width, wanted->request.height);
  const std::int64_t cost = size == nullptr ? -1 : size->cost_micro_usd;
  const std::string stem = wanted->model + "-" + base::sha256_hex(context.idempotency_key).substr(0, kNameDigits);
  auto image = co_await maker.make(context, std::move(wanted->request), cancel);
  if (!image) co_return fail(with_code(image.error()));
  const auto made = std::make_shared<const ports::GeneratedImage>(std::move(*image));
  const auto path = co_await keep(loop, *workspace, stem, made);
  if (!path) co_return fail(path.error());
  Json answer = described(*made, *path);
  answer["model"] = maker.instance();
  answer["vendorModel"] = maker.info().model;
  answer["_usage"] = {{"provider", maker.instance()}, {"outputUnits", 1}};  // for the books: model/tool_costs.hpp
  if (cost >= 0) answer["costCents"] = answer["_usage"]["costCents"] = static_cast<double>(cost) / kMicroUsdPerCent;
  co_return model::dump(answer);
}

}  // namespace platos::skills
