#include "contract/governor_contract.hpp"

#include "guarded_text.hpp"

namespace contract = platos::governor_contract;

TEST_CASE("governor-pii keeps the contract of governors, whatever its policy") {
  for (const char* config :
       {"{}", R"({"pii": "allow", "injection": "allow"})", R"({"pii": "redact", "injection": "redact"})",
        R"({"pii": "block"})", R"({"pii": "redact", "injection_in_output": "block"})"}) {
    INFO(config);
    contract::keeps_the_contract({platos_plugin_v1, "pii", config});
  }
}
