#include "code_skill.hpp"

PLATOS_PLUGIN("dev.platos.skill-code", "0.1.0", platos::sdk::component<platos::skill_code::CodeSkill>("code", R"({
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "python_path": {"type": "array", "items": {"type": "string"}, "maxItems": 16},
    "node_path": {"type": "array", "items": {"type": "string"}, "maxItems": 16},
    "max_output_bytes": {"type": "integer", "minimum": 1024, "maximum": 1048576}
  }
})"))
