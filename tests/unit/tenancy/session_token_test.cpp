#include "tenancy/session_token.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "secrets/cipher.hpp"
#include "tenancy/token_format.hpp"

namespace platos::tenancy {
namespace {

// The published test vector.
const std::string kSecret = "entity-service-secret-at-least-16";
const std::string kToken =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
    "eyJvcmdhbml6YXRpb25JZCI6Im9yZ18xIiwicHJvamVjdElkIjoicHJqXzEiLCJlbnZpcm9ubWVudElkIjoiZW52XzEiLCJ1c2VySWQiOiJ1c3JfMS"
    "Is"
    "ImVudGl0eUlkIjoiZW50LTEiLCJ1c2VyVG9rZW4iOiJ1dCIsImlhdCI6MTcwMDAwMDAwMCwiZXhwIjoxNzAwMDAzNjAwfQ."
    "MAYLI4U1SswWUCxaJ2IEilU0mOUgI_CIKgJpnG2fRMU";

}  // namespace

TEST_CASE("The published vector is made byte for byte, read, and believed") {
  const model::OrderedJson claims = {{"organizationId", "org_1"}, {"projectId", "prj_1"}, {"environmentId", "env_1"},
                                     {"userId", "usr_1"},         {"entityId", "ent-1"},  {"userToken", "ut"}};
  CHECK(make_session_token(claims, kSecret, 1'700'000'000, 1'700'003'600) == kToken);
  const auto read = read_session_token(kToken);
  REQUIRE(read);
  CHECK(read->claims.organization_id == "org_1");
  CHECK(read->claims.entity_id == "ent-1");
  CHECK(read->claims.user_token == "ut");
  CHECK(read->claims.expires_s == 1'700'003'600);
  CHECK(is_signed_by(*read, kSecret));
  CHECK_FALSE(is_signed_by(*read, kSecret + "x"));
  CHECK_FALSE(is_signed_by(*read, "short"));
}

TEST_CASE("The older form of two parts is read, and its payload is signed") {
  const std::string payload = kToken.substr(kToken.find('.') + 1, kToken.rfind('.') - kToken.find('.') - 1);
  const std::string good = payload + "." + base::to_base64url(secrets::keyed_hash(kSecret, payload));
  const auto two = read_session_token(good);
  REQUIRE(two);
  CHECK(two->signed_part == payload);
  CHECK(is_signed_by(*two, kSecret));
  CHECK_FALSE(is_signed_by(*two, "another-secret-of-16"));
}

TEST_CASE("Every changed byte of a token is noticed") {
  for (std::size_t i = 0; i < kToken.size(); ++i) {
    std::string changed = kToken;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    const auto read = read_session_token(changed);
    INFO(i);
    CHECK_FALSE((read && is_signed_by(*read, kSecret)));
  }
}

TEST_CASE("Personal tokens carry a checksum") {
  const std::string token = make_personal_token();
  CHECK(token.size() == 50);
  CHECK(is_personal_token(token));
  CHECK(make_personal_token() != token);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    CHECK_FALSE(is_personal_token(changed));
  }
  CHECK_FALSE(is_personal_token(""));
  CHECK_FALSE(is_personal_token(token + "0"));
}

TEST_CASE("base64url has one text for each value") {
  CHECK(base::to_base64url("") == "");
  CHECK(base::to_base64url("\xFF\xFE") == "__4");
  for (const std::string text : {"a", "ab", "abc", "abcd"})
    CHECK(base::from_base64url(base::to_base64url(text)) == text);
  for (const char* wrong : {"A", "AA==", "__5", "a+b/", "AAA A", "AAAA\n"}) {
    INFO(wrong);
    CHECK_FALSE(base::from_base64url(wrong));
  }
}

}  // namespace platos::tenancy
