// The exported symbol, and the schema that the host shows and checks configurations with.
#include "web_skill.hpp"

namespace platos::skill_web {
namespace {

constexpr char kConfigSchema[] = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "backends": {
      "type": "array",
      "uniqueItems": true,
      "items": {"enum": ["tavily", "exa", "brave", "serper", "searxng"]},
      "default": ["tavily", "exa", "brave", "serper", "searxng"],
      "description": "Search services in the order in which they are asked. One without a URL or a key is passed over."
    },
    "tavily_url": {"type": "string", "description": "https://api.tavily.com"},
    "exa_url": {"type": "string", "description": "https://api.exa.ai"},
    "brave_url": {"type": "string", "description": "https://api.search.brave.com"},
    "serper_url": {"type": "string", "description": "https://google.serper.dev"},
    "searxng_url": {"type": "string", "description": "A SearXNG of yours whose settings allow the format json."},
    "max_text_characters": {"type": "integer", "minimum": 1000, "maximum": 1000000, "default": 32000,
                            "description": "Of a page's text that a model is given."}
  }
})json";

}  // namespace
}  // namespace platos::skill_web

PLATOS_PLUGIN("dev.platos.skill-web", "0.1.0",
              platos::sdk::component<platos::skill_web::WebSkill>("web", platos::skill_web::kConfigSchema))
