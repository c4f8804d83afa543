#include "google_provider.hpp"

#include "generate_exchange.hpp"
#include "generate_request.hpp"

namespace platos::provider_google {

GoogleProvider::GoogleProvider(sdk::Host host, std::string_view config_json)
    : Provider(host),
      config_(parse_config(config_json)),
      endpoint_{config_.base_url, config_.base_url, "no finishReason", make_headers("text/event-stream"),
                make_headers("application/json")} {}

void GoogleProvider::models(sdk::JsonWriter& out) { write_models(out, config_.models); }

std::unique_ptr<sdk::Exchange> GoogleProvider::begin(sdk::Call, std::string_view request_json) {
  return std::make_unique<GenerateExchange>(host(), endpoint_, build_generate_request(request_json, config_));
}

std::vector<platos_header_t> GoogleProvider::make_headers(std::string_view accept) const {
  HeaderViews own = {{"content-type", "application/json"}, {"accept", accept}};
  if (config_.api_key_required) own.emplace_back("x-goog-api-key", "{{secret:api_key}}");
  return headers_of(own, config_.extra_headers);
}

}  // namespace platos::provider_google
