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
      "description": "Absolute http or https URL; path is put after it. A host that ends in .invalid: none is set yet."
    },
    "path": {
      "type": "string",
      "default": "/chat/completions",
      "description": "Of the requests, after base_url. The model's name is put in the place {model}, if there is one."
    },
    "query": {
      "type": "object",
      "additionalProperties": {"type": "string"},
      "description": "Put after the path, percent-encoded. Members that are empty are left out."
    },
    "api_key_required": {
      "type": "boolean",
      "default": true,
      "description": "false: no key is sent, as for a local server."
    },
    "api_key_header": {
      "type": "string",
      "default": "Authorization",
      "description": "The header for the key: after Bearer in Authorization, alone in another one."
    },
    "extra_headers": {
      "type": "object",
      "additionalProperties": {"type": "string"},
      "maxProperties": 60,
      "description": "Sent with every request, unless empty. A value may hold {{secret:api_key}}."
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
    },
    "tools": {
      "type": "boolean",
      "default": true,
      "description": "false: the vendor takes no tools, and a request with tools is refused before it is sent."
    },
    "tool_call_ids": {
      "enum": ["as_given", "alphanumeric_9"],
      "default": "as_given",
      "description": "alphanumeric_9: ids of another form become nine letters and digits, for a vendor that wants these."
    }
  }
})json";

}  // namespace
}  // namespace platos::provider_openai

PLATOS_PLUGIN("dev.platos.provider-openai", "0.1.0",
              platos::sdk::component<platos::provider_openai::OpenAiProvider>("openai",
                                                                              platos::provider_openai::kConfigSchema))
