#include "files_skill.hpp"

PLATOS_PLUGIN("dev.platos.skill-files", "0.1.0",
              platos::sdk::component<platos::skill_files::FilesSkill>(
                  "files", R"({"type": "object", "additionalProperties": false})"))
