// The exported symbol, and the schema that the host shows and checks configurations with.
#include "file_observer.hpp"

namespace platos::observer_file {
namespace {

constexpr char kConfigSchema[] = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "max_mb": {
      "type": "integer", "minimum": 1, "maximum": 65536, "default": 64,
      "description": "Size in MiB at which trace.jsonl is rotated."
    },
    "keep": {
      "type": "integer", "minimum": 0, "maximum": 100, "default": 4,
      "description": "Rotated files beside trace.jsonl."
    },
    "max_text_bytes": {
      "type": "integer", "minimum": 64, "maximum": 65536, "default": 4096,
      "description": "Longer bodies and attribute texts are cut."
    }
  }
})json";

}  // namespace
}  // namespace platos::observer_file

PLATOS_PLUGIN("dev.platos.observer-file", "0.1.0",
              platos::sdk::component<platos::observer_file::FileObserver>("file", platos::observer_file::kConfigSchema))
