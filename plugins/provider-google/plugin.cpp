// The exported symbol, and the schema that the host shows and checks configurations with.
#include "google_provider.hpp"

namespace platos::provider_google {
namespace {

constexpr char kConfigSchema[] = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "base_url": {
      "type": "string",
      "default": "https://generativelanguage.googleapis.com/v1beta",
      "description": "Absolute http or https URL with the version; /models/<model>:streamGenerateContent is put after it."
    },
    "api_key_required": {
      "type": "boolean",
      "default": true,
      "description": "false: no x-goog-api-key header is sent, as for a gateway that has the key."
    },
    "extra_headers": {
      "type": "object",
      "additionalProperties": {"type": "string"},
      "maxProperties": 60,
      "description": "Sent with every request. A value may hold {{secret:api_key}}."
    },
    "models": {"type": "array", "items": {"type": "string", "minLength": 1}, "description": "Model ids to list."}
  }
})json";

}  // namespace
}  // namespace platos::provider_google

PLATOS_PLUGIN("dev.platos.provider-google", "0.1.0",
              platos::sdk::component<platos::provider_google::GoogleProvider>("google",
                                                                              platos::provider_google::kConfigSchema))
