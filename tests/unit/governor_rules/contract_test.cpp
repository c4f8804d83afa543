#include "contract/governor_contract.hpp"

extern "C" const platos_plugin_entry_t platos_plugin_v1;
namespace contract = platos::governor_contract;

TEST_CASE("governor-rules keeps the contract of governors, whatever its rules") {
  for (
      const char* config :
      {"{}", R"({"default":"deny"})", R"({"default":"require_approval"})", R"({"mode":"report","default":"deny"})",
       R"({"rules":[{"id":"a","on":"result","decision":"redact","redact":[{"at":"/*"}]},{"id":"b","decision":"deny"}]})"}) {
    INFO(config);
    contract::keeps_the_contract({platos_plugin_v1, "rules", config});
  }
}
