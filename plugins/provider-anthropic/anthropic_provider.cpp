#include "anthropic_provider.hpp"

#include "messages_exchange.hpp"
#include "messages_request.hpp"

namespace platos::provider_anthropic {

AnthropicProvider::AnthropicProvider(sdk::Host host, std::string_view config_json)
    : Provider(host),
      config_(parse_config(config_json)),
      endpoint_{config_.base_url, messages_url(config_), "neither stop_reason nor message_stop",
                make_headers("text/event-stream"), make_headers("application/json")} {}

void AnthropicProvider::models(sdk::JsonWriter& out) { write_models(out, config_.models); }

std::unique_ptr<sdk::Exchange> AnthropicProvider::begin(sdk::Call, std::string_view request_json) {
  return std::make_unique<MessagesExchange>(host(), endpoint_, build_messages_request(request_json, config_));
}

std::vector<platos_header_t> AnthropicProvider::make_headers(std::string_view accept) const {
  HeaderViews own = {{"content-type", "application/json"}, {"accept", accept}, {"anthropic-version", "2023-06-01"}};
  if (config_.api_key_required) own.emplace_back("x-api-key", "{{secret:api_key}}");
  return headers_of(own, config_.extra_headers);
}

}  // namespace platos::provider_anthropic
