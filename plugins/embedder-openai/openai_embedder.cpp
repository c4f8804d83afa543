#include "openai_embedder.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace platos::embedder_openai {
namespace {

Endpoint make_endpoint(Config config) {
  Endpoint endpoint;
  endpoint.url = config.base_url + "/embeddings";
  endpoint.headers = {{sdk::slice("Content-Type"), sdk::slice("application/json")},
                      {sdk::slice("Accept"), sdk::slice("application/json")}};
  if (config.api_key_required) {
    endpoint.headers.push_back({sdk::slice("Authorization"), sdk::slice("Bearer {{secret:api_key}}")});
  }
  endpoint.config = std::move(config);
  return endpoint;
}

[[noreturn]] void refuse(const std::string& expected, std::size_t found) {
  throw wire::plain_failure(PLATOS_INVALID_ARGUMENT,
                            "embedder-openai: expected " + expected + ", found " + std::to_string(found), false);
}

}  // namespace

OpenAiEmbedder::OpenAiEmbedder(sdk::Host host, std::string_view config_json)
    : Embedder(host), endpoint_(make_endpoint(parse_config(config_json))) {}

void OpenAiEmbedder::describe(sdk::JsonWriter& out) {
  const Config& config = endpoint_.config;
  out.begin_object().key("model").value(config.model);
  out.key("dimensions").value(static_cast<std::int64_t>(config.dimensions));
  out.key("max_texts").value(static_cast<std::int64_t>(config.max_texts));
  out.key("max_text_bytes").value(static_cast<std::int64_t>(kMaxTextBytes)).end_object();
}

std::unique_ptr<sdk::Embedding> OpenAiEmbedder::begin(sdk::Call, std::span<const std::string_view> texts) {
  const std::size_t max_texts = endpoint_.config.max_texts;
  if (texts.size() > max_texts) refuse("at most " + std::to_string(max_texts) + " texts", texts.size());
  const auto too_long =
      std::find_if(texts.begin(), texts.end(), [](std::string_view text) { return text.size() > kMaxTextBytes; });
  if (too_long != texts.end()) {
    refuse("texts of at most " + std::to_string(kMaxTextBytes) + " bytes", too_long->size());
  }
  return std::make_unique<OpenAiEmbedding>(host(), endpoint_, texts);
}

}  // namespace platos::embedder_openai
