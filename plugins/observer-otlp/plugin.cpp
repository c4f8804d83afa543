// The exported symbol, and the schema that the host shows and checks configurations with.
#include "otlp_observer.hpp"

namespace platos::observer_otlp {
namespace {

constexpr char kConfigSchema[] = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "required": ["endpoint"],
  "properties": {
    "endpoint": {
      "type": "string",
      "description": "Absolute http or https URL; /v1/traces, /v1/metrics and /v1/logs are put after it."
    },
    "headers": {
      "type": "object", "additionalProperties": {"type": "string"}, "maxProperties": 32,
      "description": "Sent with every request. A value may hold {{secret:token}}."
    },
    "service_version": {"type": "string", "maxLength": 256, "description": "Resource attribute service.version."},
    "service_instance_id": {
      "type": "string", "maxLength": 256,
      "description": "Resource attribute service.instance.id; a random UUID when empty."
    },
    "timeout_ms": {
      "type": "integer", "minimum": 100, "maximum": 60000, "default": 10000,
      "description": "Longest silence of the server."
    },
    "max_queue_records": {
      "type": "integer", "minimum": 512, "maximum": 1000000, "default": 8192,
      "description": "Kept while the server takes nothing, for each of traces and logs; the oldest are dropped first."
    },
    "max_queue_mb": {
      "type": "integer", "minimum": 4, "maximum": 1024, "default": 16,
      "description": "The same bound in MiB of JSON."
    },
    "max_text_bytes": {
      "type": "integer", "minimum": 64, "maximum": 65536, "default": 4096,
      "description": "Longer bodies and attribute texts are cut."
    }
  }
})json";

}  // namespace
}  // namespace platos::observer_otlp

PLATOS_PLUGIN("dev.platos.observer-otlp", "0.1.0",
              platos::sdk::component<platos::observer_otlp::OtlpObserver>("otlp", platos::observer_otlp::kConfigSchema))
