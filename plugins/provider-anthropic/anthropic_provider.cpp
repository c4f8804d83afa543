#include "anthropic_provider.hpp"

#include "messages_exchange.hpp"
#include "messages_request.hpp"

namespace platos::provider_anthropic {

AnthropicProvider::AnthropicProvider(sdk::Host host, std::string_view config_json)
    : Provider(host),
      config_(parse_config(config_json)),
      endpoint_{config_.base_url, messages_url(config_), "neither stop_reason nor message_stop",
                make_headers("text/event-stream"), make_headers("application/json")} {}

void AnthropicProvider::models(sdk::JsonWriter& out) {
  out.begin_array();
  for (const std::string& id : config_.models) out.begin_object().key("id").value(id).end_object();
  out.end_array();
}

std::unique_ptr<sdk::Exchange> AnthropicProvider::begin(sdk::Call, std::string_view request_json) {
  return std::make_unique<MessagesExchange>(host(), endpoint_, build_messages_request(request_json, config_));
}

std::vector<platos_header_t> AnthropicProvider::make_headers(std::string_view accept) const {
  std::vector<platos_header_t> headers;
  const auto add = [&](std::string_view name, std::string_view value) {
    headers.push_back({sdk::slice(name), sdk::slice(value)});
  };
  add("content-type", "application/json");
  add("accept", accept);
  add("anthropic-version", "2023-06-01");
  if (config_.api_key_required) add("x-api-key", "{{secret:api_key}}");
  for (const auto& [name, value] : config_.extra_headers) add(name, value);
  return headers;
}

}  // namespace platos::provider_anthropic
