// The exported symbol, and the schema that the host shows and checks configurations with.
#include "pii_governor.hpp"

namespace platos::governor_pii {
namespace {

constexpr char kConfigSchema[] = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "$defs": {"policy": {"enum": ["allow", "warn", "redact", "block"]}},
  "properties": {
    "pii": {
      "$ref": "#/$defs/policy",
      "default": "warn",
      "description": "Personal data. block denies what is of high severity, and warns of the rest."
    },
    "types": {
      "type": "object",
      "description": "Policies of single types; they hold at any severity.",
      "propertyNames": {"enum": ["credit_card", "ssn", "email", "phone", "ip_address", "aadhaar", "pan", "iban",
                                 "us_passport", "aws_access_key"]},
      "additionalProperties": {"$ref": "#/$defs/policy"}
    },
    "injection": {
      "$ref": "#/$defs/policy",
      "default": "block",
      "description": "Prompt injection in messages, tool arguments and memories."
    },
    "injection_in_results": {
      "$ref": "#/$defs/policy",
      "default": "warn",
      "description": "Prompt injection in what tools return."
    },
    "injection_in_output": {
      "$ref": "#/$defs/policy",
      "default": "warn",
      "description": "Prompt injection in the model's answers, which may quote an attack to explain it."
    },
    "exfiltration": {
      "enum": ["allow", "warn", "block"],
      "default": "warn",
      "description": "More than 50000 characters. Of medium severity, so block warns."
    },
    "apply_to": {
      "type": "array",
      "items": {"enum": ["input", "output", "tools", "memory"]},
      "default": ["input", "output", "tools", "memory"]
    },
    "custom": {
      "type": "array",
      "maxItems": 16,
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["name", "pattern"],
        "properties": {
          "name": {"type": "string", "pattern": "^[a-z0-9_]{1,40}$"},
          "pattern": {
            "type": "string",
            "maxLength": 1000,
            "description": "RE2 syntax. Repetitions have limits, such as {1,20}; no ^ and $; at most 80 characters match."
          },
          "policy": {"$ref": "#/$defs/policy", "default": "warn"},
          "severity": {"enum": ["low", "medium", "high"], "default": "medium"}
        }
      }
    },
    "redact_with": {
      "type": "string",
      "maxLength": 64,
      "default": "[{TYPE}]",
      "description": "{TYPE} becomes the type in capitals, such as CREDIT_CARD."
    }
  }
})json";

}  // namespace
}  // namespace platos::governor_pii

PLATOS_PLUGIN("dev.platos.governor-pii", "0.1.0",
              platos::sdk::component<platos::governor_pii::PiiGovernor>("pii", platos::governor_pii::kConfigSchema))
