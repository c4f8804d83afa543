// The exported symbol, and the schema that the host shows and checks configurations with.
#include "openai_provider.hpp"

namespace platos::provider_openai {
namespace {

constexpr char kConfigSchema[] = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "base_url": {
      "type": "string",
      "default": "https://api.openai.com/v1",
      "description": "Absolute http or https URL; /chat/completions is put after it."
    },
    "api_key_required": {
      "type": "boolean",
      "default": true,
      "description": "false: no Authorization header is sent, as for a local server."
    },
    "extra_headers": {
      "type": "object",
      "additionalProperties": {"type": "string"},
      "maxProperties": 60,
      "description": "Sent with every request. A value may hold {{secret:api_key}}."
    },
    "organization": {"type": "string", "description": "Value of the OpenAI-Organization header."},
    "models": {"type": "array", "items": {"type": "string", "minLength": 1}, "description": "Model ids to list."},
    "usage_in_stream": {
      "type": "boolean",
      "default": true,
      "description": "Ask for token counts at the end of a stream; false for servers that refuse stream_options."
    },
    "max_tokens_field": {
      "enum": ["max_completion_tokens", "max_tokens"],
      "default": "max_completion_tokens",
      "description": "Name under which the output limit is sent; many servers other than OpenAI want max_tokens."
    }
  }
})json";

}  // namespace
}  // namespace platos::provider_openai

PLATOS_PLUGIN("dev.platos.provider-openai", "0.1.0",
              platos::sdk::component<platos::provider_openai::OpenAiProvider>("openai",
                                                                              platos::provider_openai::kConfigSchema))
