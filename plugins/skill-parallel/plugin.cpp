// The exported symbol, and the schema that the host shows and checks configurations with.
#include "parallel_skill.hpp"

namespace platos::skill_parallel {
namespace {

constexpr char kConfigSchema[] = R"json({
  "$schema": "https://json-schema.org/draft/2020-12/schema",
  "type": "object",
  "additionalProperties": false,
  "properties": {
    "base_url": {"type": "string", "default": "https://api.parallel.ai"},
    "research_wait_ms": {
      "type": "integer",
      "minimum": 0,
      "maximum": 300000,
      "default": 300000,
      "description": "How long parallel_deep_research waits for its result. 0: it answers with the runId at once."
    }
  }
})json";

}  // namespace
}  // namespace platos::skill_parallel

PLATOS_PLUGIN("dev.platos.skill-parallel", "0.1.0",
              platos::sdk::component<platos::skill_parallel::ParallelSkill>("parallel",
                                                                            platos::skill_parallel::kConfigSchema))
