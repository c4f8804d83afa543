#include "csv_skill.hpp"

PLATOS_PLUGIN(
    "dev.platos.skill-csv", "0.1.0",
    platos::sdk::component<platos::skill_csv::CsvSkill>("csv", R"({"type": "object", "additionalProperties": false})"))
