// The SDK's example of a governor keeps the same contract.
#include "contract/governor_contract.hpp"

namespace contract = platos::governor_contract;
namespace testing = platos::sdk::testing;

namespace {

testing::Governed governed(const std::vector<std::string_view>& pieces) {
  testing::FakeHost host;
  const testing::FakeInstance instance(host, platos_plugin_v1, "word", R"({"word":"Forbidden"})");
  return testing::govern(instance, PLATOS_POINT_AFTER_MODEL, "{}", pieces);
}

}  // namespace

TEST_CASE("word-governor keeps the contract of governors") {
  contract::keeps_the_contract({platos_plugin_v1, "word", R"({"word":"forbidden"})"});
  contract::keeps_the_contract({platos_plugin_v1, "word", R"({"word": "😀"})"});
}

TEST_CASE("word-governor denies its word in any case and over pieces, and holds no more than its beginning") {
  CHECK(governed({"this is FORBIDDEN here"}).decision == PLATOS_DENY);
  CHECK(governed({"this is for", "bidd", "en"}).decision == PLATOS_DENY);
  CHECK(governed({"this is for", "bidd", "en"}).rule_id == "word.forbidden");
  const testing::Governed allowed = governed({"this is for", " all"});
  CHECK(allowed.decision == PLATOS_ALLOW);
  CHECK(allowed.released == "this is for all");
  CHECK(allowed.longest_hold == 3);
}

TEST_CASE("word-governor refuses a configuration without a word") {
  testing::FakeHost host;
  for (const char* config : {"{}", R"({"word":""})", R"({"word":)"}) {
    CHECK_THROWS(testing::FakeInstance(host, platos_plugin_v1, "word", config));
  }
}
