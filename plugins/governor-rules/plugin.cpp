// The exported symbol, and the schema that the host shows and checks configurations with.
#include "rules_governor.hpp"

namespace platos::governor_rules {
namespace {

constexpr char kConfigSchema[] = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "$defs": {
    "names": {
      "type": "array", "minItems": 1, "maxItems": 200, "items": {"type": "string", "minLength": 1, "maxLength": 256},
      "description": "Patterns with * and ?; one that begins with ! is an exception."
    },
    "pointer": {
      "type": "string",
      "description": "JSON pointer into the arguments or the result; a segment * is every member or element."
    },
    "windows": {
      "type": "array", "minItems": 1, "maxItems": 16,
      "items": {
        "type": "object",
        "additionalProperties": false,
        "properties": {
          "zone": {"type": "string", "default": "UTC", "description": "IANA name, such as Europe/Berlin."},
          "days": {"type": "array", "minItems": 1, "maxItems": 7,
                   "items": {"enum": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}},
          "from": {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$", "default": "00:00"},
          "to": {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$", "default": "24:00",
                 "description": "Not inside. Before \"from\": on the next day."},
          "first_day": {"type": "string", "format": "date"},
          "last_day": {"type": "string", "format": "date", "description": "Inside."}
        }
      }
    }
  },
  "properties": {
    "mode": {"enum": ["enforce", "report"], "default": "enforce",
             "description": "report: what would be decided is kept in the ledger, and everything is allowed."},
    "default": {"enum": ["allow", "require_approval", "deny"], "default": "allow",
                "description": "For calls that no rule holds for."},
    "rules": {
      "type": "array",
      "maxItems": 500,
      "description": "The first one that holds decides.",
      "items": {
        "type": "object",
        "additionalProperties": false,
        "required": ["id", "decision"],
        "properties": {
          "id": {"type": "string", "pattern": "^[a-z0-9_.-]{1,64}$"},
          "decision": {"enum": ["allow", "redact", "require_approval", "deny"]},
          "reason": {"type": "string", "maxLength": 500, "description": "For an operator."},
          "on": {"enum": ["call", "result"], "default": "call"},
          "tools": {"$ref": "#/$defs/names"},
          "agents": {"$ref": "#/$defs/names"},
          "users": {"$ref": "#/$defs/names"},
          "effects": {"type": "array", "minItems": 1, "maxItems": 3, "items": {"enum": ["read", "idempotent", "once"]}},
          "conditions": {
            "type": "array", "minItems": 1, "maxItems": 32,
            "description": "All must hold.",
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": ["at"],
              "properties": {
                "at": {"$ref": "#/$defs/pointer"},
                "every": {"type": "boolean", "default": false,
                          "description": "All values at the pointer must pass the test, and not just one."},
                "negated": {"type": "boolean", "default": false, "description": "Holds when it would not."},
                "exists": {"type": "boolean"},
                "equals": true,
                "one_of": {"type": "array", "minItems": 1, "maxItems": 200},
                "like": {"type": "string", "description": "The whole text, with * and ?."},
                "matches": {"type": "string", "maxLength": 1000, "description": "RE2, found anywhere."},
                "at_least": {"type": "number"},
                "at_most": {"type": "number"},
                "more_than": {"type": "number"},
                "less_than": {"type": "number"},
                "longer_than": {"type": "integer", "minimum": 0, "description": "Characters, elements or members."}
              }
            }
          },
          "times": {"$ref": "#/$defs/windows"},
          "outside_times": {"$ref": "#/$defs/windows"},
          "redact": {
            "type": "array", "minItems": 1, "maxItems": 64,
            "items": {
              "type": "object",
              "additionalProperties": false,
              "required": ["at"],
              "properties": {"at": {"$ref": "#/$defs/pointer"}, "with": {"default": "[REDACTED]"}}
            }
          },
          "approval": {
            "type": "object",
            "additionalProperties": false,
            "properties": {
              "roles": {"type": "array", "minItems": 1, "maxItems": 16, "items": {"type": "string"}},
              "needed": {"type": "integer", "minimum": 1, "maximum": 100},
              "expires_ms": {"type": "integer", "minimum": 1000, "maximum": 2592000000},
              "show": {"type": "string", "maxLength": 1024}
            }
          }
        }
      }
    }
  }
})json";

}  // namespace
}  // namespace platos::governor_rules

PLATOS_PLUGIN("dev.platos.governor-rules", "0.1.0",
              platos::sdk::component<platos::governor_rules::RulesGovernor>("rules",
                                                                            platos::governor_rules::kConfigSchema))
