// The exported symbol, and the schema that the host shows and checks configurations with.
#include "local_embedder.hpp"

namespace platos::embedder_local {
namespace {

constexpr char kConfigSchema[] = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "dimensions": {
      "type": "integer",
      "minimum": 64,
      "maximum": 1024,
      "default": 256,
      "description": "Length of the vectors. More tell texts apart better; stored vectors of another length are lost."
    }
  }
})json";

}  // namespace
}  // namespace platos::embedder_local

PLATOS_PLUGIN("dev.platos.embedder-local", "0.1.0",
              platos::sdk::component<platos::embedder_local::LocalEmbedder>("local",
                                                                            platos::embedder_local::kConfigSchema))
