#include "openai_provider.hpp"

#include "chat_exchange.hpp"
#include "chat_request.hpp"
#include "common/provider/base_url.hpp"
#include "common/provider/safe_text.hpp"
#include "common/provider/vendor_error.hpp"
#include "request_url.hpp"

namespace platos::provider_openai {

OpenAiProvider::OpenAiProvider(sdk::Host host, std::string_view config_json)
    : Provider(host),
      config_(parse_config(config_json)),
      endpoint_{config_.base_url, url_of(config_), "neither finish_reason nor [DONE]",
                make_headers("text/event-stream"), make_headers("application/json")} {}

void OpenAiProvider::models(sdk::JsonWriter& out) { write_models(out, config_.models); }

std::unique_ptr<sdk::Exchange> OpenAiProvider::begin(sdk::Call, std::string_view request_json) {
  if (is_placeholder(config_.base_url)) {
    throw plain_failure(PLATOS_FAILED_PRECONDITION,
                        config_.base_url +
                            " is the address of nobody: set base_url of this instance, or the variable " +
                            "of the environment that it is read from",
                        false);
  }
  return std::make_unique<ChatExchange>(host(), endpoint_, build_chat_request(request_json, config_));
}

std::vector<platos_header_t> OpenAiProvider::make_headers(std::string_view accept) const {
  HeaderViews own = {{"Content-Type", "application/json"}, {"Accept", accept}};
  if (config_.api_key_required) {
    const bool is_bearer = equals_ignoring_case(config_.api_key_header, "Authorization");
    own.emplace_back(config_.api_key_header, is_bearer ? "Bearer {{secret:api_key}}" : "{{secret:api_key}}");
  }
  if (!config_.organization.empty()) own.emplace_back("OpenAI-Organization", config_.organization);
  return headers_of(own, config_.extra_headers);
}

}  // namespace platos::provider_openai
