// The exported symbol, and the schema that the host shows and checks configurations with.
#include "anthropic_provider.hpp"

namespace platos::provider_anthropic {
namespace {

constexpr char kConfigSchema[] = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "base_url": {
      "type": "string",
      "default": "https://api.anthropic.com",
      "description": "Absolute http or https URL; /v1/messages is put after it, or /messages when it ends in /v1."
    },
    "api_key_required": {
      "type": "boolean",
      "default": true,
      "description": "false: no x-api-key header is sent, as for a local server."
    },
    "prompt_caching": {
      "type": "boolean",
      "default": true,
      "description": "Mark system prompt, tools and conversation, so that the vendor reads them cheaper the next time."
    },
    "max_output_tokens": {
      "type": "integer",
      "minimum": 1,
      "maximum": 1000000,
      "description": "Limit for requests that have none; absent: 4096 or 8192, by the name of the model."
    },
    "extra_headers": {
      "type": "object",
      "additionalProperties": {"type": "string"},
      "maxProperties": 60,
      "description": "Sent with every request, such as anthropic-beta. A value may hold {{secret:api_key}}."
    },
    "models": {"type": "array", "items": {"type": "string", "minLength": 1}, "description": "Model ids to list."}
  }
})json";

}  // namespace
}  // namespace platos::provider_anthropic

PLATOS_PLUGIN("dev.platos.provider-anthropic", "0.1.0",
              platos::sdk::component<platos::provider_anthropic::AnthropicProvider>(
                  "anthropic", platos::provider_anthropic::kConfigSchema))
