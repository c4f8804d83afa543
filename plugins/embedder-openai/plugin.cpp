// The exported symbol, and the schema that the host shows and checks configurations with.
#include "openai_embedder.hpp"

namespace platos::embedder_openai {
namespace {

constexpr char kConfigSchema[] = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "base_url": {
      "type": "string",
      "default": "https://api.openai.com/v1",
      "description": "Absolute http or https URL; /embeddings is put after it."
    },
    "model": {"type": "string", "minLength": 1, "default": "text-embedding-3-small"},
    "dimensions": {
      "type": "integer",
      "minimum": 1,
      "maximum": 16384,
      "description": "Length of the vectors. Needed for models other than OpenAI's text-embedding ones, which may be asked for less than they have."
    },
    "send_dimensions": {
      "type": "boolean",
      "default": false,
      "description": "Send dimensions to a model that the plugin does not know. Most servers refuse it for most models."
    },
    "encoding_format": {
      "enum": ["base64", "float"],
      "default": "base64",
      "description": "How vectors are asked for; both are understood. base64 has under half the bytes of float."
    },
    "max_texts": {
      "type": "integer",
      "minimum": 1,
      "maximum": 2048,
      "default": 100,
      "description": "How many texts the server takes at once."
    },
    "api_key_required": {
      "type": "boolean",
      "default": true,
      "description": "false: no Authorization header is sent, as for a local server."
    }
  }
})json";

}  // namespace
}  // namespace platos::embedder_openai

PLATOS_PLUGIN("dev.platos.embedder-openai", "0.1.0",
              platos::sdk::component<platos::embedder_openai::OpenAiEmbedder>("openai",
                                                                              platos::embedder_openai::kConfigSchema))
