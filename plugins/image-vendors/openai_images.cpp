#include "openai_images.hpp"

#include <string>
#include <utility>

namespace platos::image_vendors {
namespace {

// A model may think for minutes before its first byte.
constexpr std::int32_t kSubmitTimeoutMs = 180'000;

Config usual_config() {
  Config config;
  config.base_url = "https://api.openai.com/v1";
  config.model = "dall-e-3";
  config.sizes = {{1024, 1024, 1024, 1024, 40'000}, {1024, 1792, 1024, 1792, 80'000}, {1792, 1024, 1792, 1024, 80'000}};
  config.options = {{"response_format", "\"b64_json\""}};
  return config;
}

Endpoint make_endpoint(Config config) {
  Endpoint endpoint;
  endpoint.submit_url = config.base_url + "/images/generations";
  endpoint.submit_timeout_ms = kSubmitTimeoutMs;
  endpoint.submit_headers = {{sdk::slice("Content-Type"), sdk::slice("application/json")},
                             {sdk::slice("Accept"), sdk::slice("application/json")}};
  if (config.api_key_required)
    endpoint.submit_headers.push_back({sdk::slice("Authorization"), sdk::slice("Bearer {{secret:api_key}}")});
  endpoint.config = std::move(config);
  return endpoint;
}

std::string body_of(const Config& config, const Request& request) {
  std::string body;
  sdk::JsonWriter json(body);
  json.begin_object().key("model").value(config.model).key("prompt").value(request.prompt).key("n").value(1);
  json.key("size").value(std::to_string(request.size.sent_width) + "x" + std::to_string(request.size.sent_height));
  for (const auto& [name, value] : config.options) json.key(name).raw(value);
  json.end_object();
  return body;
}

/// What the answer says besides the image.
struct Said {
  bool is_error = false;
  std::string url;
  std::string revised_prompt;
};

Said read_rest(const std::string& rest) {
  Said said;
  wire::JsonText json;
  wire::for_each_member(json.parse(rest), [&](std::string_view key, wire::ondemand::value& value) {
    if (key == "error") said.is_error = true;
    if (key != "data") return;
    wire::for_each_item(wire::array_at(value, "data"), [&](wire::ondemand::value& item) {
      wire::for_each_member(wire::object_at(item, "data[]"), [&](std::string_view name, wire::ondemand::value& each) {
        if (name == "url") said.url = wire::text_at(each, "data[].url");
        if (name == "revised_prompt") said.revised_prompt = wire::text_at(each, "data[].revised_prompt");
      });
    });
  });
  json.expect_end();
  return said;
}

}  // namespace

OpenAiGeneration::OpenAiGeneration(sdk::Host host, const Endpoint& endpoint, const Request& request)
    : VendorGeneration(host, endpoint, body_of(endpoint.config, request)) {}

void OpenAiGeneration::read_answer(std::string_view data, const sdk::ImageSink& sink) {
  std::string image;
  try {
    image = answer_.feed(data);
  } catch (const wire::WrongType& error) {
    fail_broken(error.what(), answer_.rest());
  }
  if (image.empty()) return;
  sink.piece(given_, image);
  given_ += image.size();
}

void OpenAiGeneration::finish_answer(const sdk::ImageSink& sink) {
  Said said;
  try {
    answer_.finish();
    said = read_rest(answer_.rest());
  } catch (const wire::WrongType& error) {
    fail_broken(error.what(), answer_.rest());
  } catch (const simdjson::simdjson_error& error) {
    fail_broken("expected a JSON object, found other text (" + std::string(error.what()) + ")", answer_.rest());
  }
  if (said.is_error) {
    const auto failure = wire::in_answer_failure(config().base_url, wire::parse_vendor_error(answer_.rest()));
    throw sdk::Error(understood(failure, config().model).error);
  }
  if (!said.revised_prompt.empty()) {
    std::string about;
    sdk::JsonWriter(about).begin_object().key("revised_prompt").value(said.revised_prompt).end_object();
    sink.about(about);
  }
  if (given_ > 0) return complete();
  if (said.url.empty()) fail_broken("expected data[0].b64_json or data[0].url, found neither", answer_.rest());
  fetch(std::move(said.url));
}

OpenAiImages::OpenAiImages(sdk::Host host, std::string_view config_json)
    : ImageMaker(host), endpoint_(make_endpoint(parse_config(config_json, usual_config()))) {}

void OpenAiImages::describe(sdk::JsonWriter& out) { write_description(out, endpoint_.config); }

std::unique_ptr<sdk::Generation> OpenAiImages::begin(sdk::Call, std::string_view request_json) {
  return std::make_unique<OpenAiGeneration>(host(), endpoint_, parse_request(request_json, endpoint_.config));
}

void write_description(sdk::JsonWriter& out, const Config& config) {
  out.begin_object().key("model").value(config.model);
  out.key("max_prompt_bytes").value(static_cast<std::int64_t>(config.max_prompt_bytes)).key("sizes").begin_array();
  for (const Size& size : config.sizes) {
    out.begin_object().key("width").value(size.width).key("height").value(size.height);
    if (size.cost_micro_usd >= 0) out.key("cost_micro_usd").value(size.cost_micro_usd);
    out.end_object();
  }
  out.end_array().end_object();
}

}  // namespace platos::image_vendors
