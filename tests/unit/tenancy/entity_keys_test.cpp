#include <algorithm>

#include "store/credentials.hpp"
#include "tenancy_stage.hpp"

namespace platos::tenancy {
namespace {

TestCredentials credentials_of(const char* json) {
  const auto read = test_credentials_from_json(model::Json::parse(json));
  REQUIRE(read);
  return *read;
}

}  // namespace

TEST_CASE("Test credentials come back from the store as they were, and removed ones are gone") {
  const TenancyStage stage;
  const auto entity = stage.run(stage.keys->create_entity(stage.loop, stage.admin(), "shop", {}));
  REQUIRE(entity);
  CHECK_FALSE(entity->thing.has_test_credentials);
  EntityPatch patch;
  patch.test_credentials = credentials_of(R"({"userId":"u","userToken":"t\"\\u00e4","headers":{"X-A":"1","x-b":""}})");
  CHECK(stage.run(stage.keys->update_entity(stage.loop, stage.admin(), "shop", patch))->has_test_credentials);
  const auto read = stage.run(stage.keys->test_credentials(stage.loop, stage.admin(), entity->thing.id));
  REQUIRE(read);
  CHECK(read->user_id == "u");
  CHECK(read->user_token == patch.test_credentials->user_token);
  CHECK(read->headers == patch.test_credentials->headers);
  // What else is changed leaves them alone, a new secret too.
  EntityPatch other;
  other.name = "Other";
  REQUIRE(stage.run(stage.keys->update_entity(stage.loop, stage.admin(), "shop", other)));
  CHECK(stage.run(stage.keys->rotate_entity(stage.loop, stage.admin(), "shop", 60))->thing.has_test_credentials);
  CHECK(stage.run(stage.keys->test_credentials(stage.loop, stage.admin(), "shop"))->user_id == "u");
  patch.test_credentials = TestCredentials();
  CHECK_FALSE(stage.run(stage.keys->update_entity(stage.loop, stage.admin(), "shop", patch))->has_test_credentials);
  CHECK(stage.run(stage.keys->test_credentials(stage.loop, stage.admin(), "shop"))->empty());
}

TEST_CASE("Test credentials, names and entities of others are not found") {
  const TenancyStage stage;
  const auto stranger = stage.other_tenant("Elsewhere");
  REQUIRE(stage.run(stage.keys->create_entity(stage.loop, stage.admin(), "shop", {})));
  CHECK(stage.run(stage.keys->test_credentials(stage.loop, stranger, "shop")).error().code == "entity_not_found");
  CHECK(stage.run(stage.keys->update_entity(stage.loop, stranger, "shop", {})).error().code == "entity_not_found");
  CHECK(stage.run(stage.keys->check_entity_name(stage.loop, stranger, "shop"))->available);
  CHECK_FALSE(stage.run(stage.keys->check_entity_name(stage.loop, stage.admin(), "shop"))->available);
}

TEST_CASE("Secrets of test credentials are told longest first, without the user's id") {
  const auto secrets =
      credentials_of(R"({"userId":"user","userToken":"ab","headers":{"A":"abcd","B":"abc"}})").secrets();
  CHECK(secrets == std::vector<std::string>{"abcd", "abc", "ab"});
  CHECK(credentials_of("{}").empty());
}

TEST_CASE("Names that are suggested have at most 64 characters and could be taken at once") {
  const TenancyStage stage;
  const std::string longest = std::string(61, 'a') + "-bc";
  REQUIRE(stage.run(stage.keys->create_entity(stage.loop, stage.admin(), longest, {})));
  const auto check = stage.run(stage.keys->check_entity_name(stage.loop, stage.admin(), longest));
  REQUIRE(check);
  CHECK(check->valid);
  CHECK_FALSE(check->available);
  REQUIRE(check->suggestions.size() == 3);
  for (const auto& name : check->suggestions) {
    INFO(name);
    CHECK(name.size() <= 64);
    CHECK(stage.run(stage.keys->create_entity(stage.loop, stage.admin(), name, {})));
  }
  const auto nonsense = stage.run(stage.keys->check_entity_name(stage.loop, stage.admin(), "\xC3\xA4!"));
  CHECK_FALSE(nonsense->valid);
  CHECK(nonsense->suggestions.empty());
}

}  // namespace platos::tenancy
