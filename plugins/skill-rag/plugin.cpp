#include "rag_skill.hpp"

PLATOS_PLUGIN("dev.platos.skill-rag", "0.1.0",
              platos::sdk::component<platos::skill_rag::RagSkill>("rag", platos::skill_rag::kConfigSchema))
