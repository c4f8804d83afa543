// The exported symbol, and the schema that the host shows and checks configurations with.
#include "flux_images.hpp"
#include "openai_images.hpp"

namespace platos::image_vendors {
namespace {

constexpr char kConfigSchema[] = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "base_url": {"type": "string", "description": "Absolute http or https URL of the interface, with its version."},
    "model": {"type": "string", "pattern": "^[A-Za-z0-9_.-]{1,128}$"},
    "sizes": {
      "type": "object",
      "minProperties": 1,
      "maxProperties": 32,
      "description": "Sizes that may be asked for, such as \"1024x1792\".",
      "additionalProperties": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "send": {"type": "string", "description": "What the vendor is asked for instead, where it has not this size."},
          "cents": {"type": "number", "minimum": 0, "maximum": 10000, "description": "What one image of it costs."}
        }
      }
    },
    "max_prompt_bytes": {"type": "integer", "minimum": 1, "maximum": 32000, "default": 4000},
    "options": {
      "type": "object",
      "maxProperties": 32,
      "additionalProperties": {"type": ["string", "number", "boolean"]},
      "description": "Further members of the request, such as \"quality\"."
    },
    "api_key_required": {"type": "boolean", "default": true, "description": "false: no key is sent."},
    "vendor_urls": {
      "type": "string",
      "description": "A pattern of addresses at which the vendor has results asked for, such as \"https://*.example.com/*\". The key is sent there when the grant names it, too."
    }
  }
})json";

}  // namespace
}  // namespace platos::image_vendors

PLATOS_PLUGIN("dev.platos.image-vendors", "0.1.0",
              platos::sdk::component<platos::image_vendors::OpenAiImages>("openai",
                                                                          platos::image_vendors::kConfigSchema),
              platos::sdk::component<platos::image_vendors::FluxImages>("flux", platos::image_vendors::kConfigSchema))
