#include "openai_provider.hpp"

#include "chat_request.hpp"

namespace platos::provider_openai {

OpenAiProvider::OpenAiProvider(sdk::Host host, std::string_view config_json)
    : Provider(host),
      config_(parse_config(config_json)),
      endpoint_{config_.base_url, config_.base_url + "/chat/completions", "neither finish_reason nor [DONE]",
                make_headers("text/event-stream"), make_headers("application/json")} {}

void OpenAiProvider::models(sdk::JsonWriter& out) {
  out.begin_array();
  for (const std::string& id : config_.models) out.begin_object().key("id").value(id).end_object();
  out.end_array();
}

std::unique_ptr<sdk::Exchange> OpenAiProvider::begin(sdk::Call, std::string_view request_json) {
  return std::make_unique<ChatExchange>(host(), endpoint_, build_chat_request(request_json, config_));
}

std::vector<platos_header_t> OpenAiProvider::make_headers(std::string_view accept) const {
  std::vector<platos_header_t> headers;
  const auto add = [&](std::string_view name, std::string_view value) {
    headers.push_back({sdk::slice(name), sdk::slice(value)});
  };
  add("Content-Type", "application/json");
  add("Accept", accept);
  if (config_.api_key_required) add("Authorization", "Bearer {{secret:api_key}}");
  if (!config_.organization.empty()) add("OpenAI-Organization", config_.organization);
  for (const auto& [name, value] : config_.extra_headers) add(name, value);
  return headers;
}

}  // namespace platos::provider_openai
