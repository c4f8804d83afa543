#include "openai_provider.hpp"

#include "chat_request.hpp"

namespace platos::provider_openai {

OpenAiProvider::OpenAiProvider(sdk::Host host, std::string_view config_json)
    : Provider(host),
      config_(parse_config(config_json)),
      endpoint_{config_.base_url, config_.base_url + "/chat/completions"},
      stream_headers_(make_headers("text/event-stream")),
      whole_headers_(make_headers("application/json")) {}

void OpenAiProvider::models(sdk::JsonWriter& out) {
  out.begin_array();
  for (const std::string& id : config_.models) out.begin_object().key("id").value(id).end_object();
  out.end_array();
}

std::unique_ptr<sdk::Exchange> OpenAiProvider::begin(sdk::Call, std::string_view request_json) {
  ChatRequest request = build_chat_request(request_json, config_);
  const auto& headers = request.stream ? stream_headers_ : whole_headers_;
  return std::make_unique<ChatExchange>(host(), endpoint_, headers, std::move(request));
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
