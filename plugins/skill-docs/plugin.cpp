#include "docs_skill.hpp"

PLATOS_PLUGIN("dev.platos.skill-docs", "0.1.0",
              platos::sdk::component<platos::skill_docs::DocsSkill>(
                  "docs", R"({"type": "object", "additionalProperties": false})"))
