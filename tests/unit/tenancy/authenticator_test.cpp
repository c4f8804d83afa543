#include "tenancy/authenticator.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tenancy/bootstrap.hpp"

namespace platos::tenancy {
namespace {

const std::string kKey = "plt_admin_0123456789abcdef";

struct Case {
  Credentials credentials;
  std::string code;  ///< empty: let in
};

const std::vector<Case>& cases() {
  static const std::string right = "Bearer " + kKey;
  static const std::string lower = "bearer " + kKey;
  static const std::string upper = "BEARER   " + kKey + " ";
  static const std::string longer = right + "0";
  static const std::string shorter = right.substr(0, right.size() - 1);
  static const std::string basic = "Basic " + kKey;
  static const std::string glued = "Bearer" + kKey;
  static const std::string other_case = "Bearer PLT_ADMIN_0123456789ABCDEF";
  static const std::string inner = "Bearer plt_admin_ 0123456789abcdef";
  static const std::vector<Case> table = {
      {{right, "", "", "", ""}, ""},
      {{lower, "", "", "", ""}, ""},
      {{upper, "", "", "", ""}, ""},
      {{right, "org_default", "prj_default", "env_default", "usr_admin"}, ""},
      {{right, "", "", "env_default", ""}, ""},
      {{"", "", "", "", ""}, "unauthenticated"},
      {{"Bearer", "", "", "", ""}, "unauthenticated"},
      {{"Bearer ", "", "", "", ""}, "unauthenticated"},
      {{"Bearer  ", "", "", "", ""}, "unauthenticated"},
      {{kKey, "", "", "", ""}, "unauthenticated"},
      {{longer, "", "", "", ""}, "unauthenticated"},
      {{shorter, "", "", "", ""}, "unauthenticated"},
      {{basic, "", "", "", ""}, "unauthenticated"},
      {{glued, "", "", "", ""}, "unauthenticated"},
      {{other_case, "", "", "", ""}, "unauthenticated"},
      {{inner, "", "", "", ""}, "unauthenticated"},
      {{right, "org_other", "", "", ""}, "scope_not_found"},
      {{right, "", "prj_other", "", ""}, "scope_not_found"},
      {{right, "", "", "env_other", ""}, "scope_not_found"},
      {{right, "", "", "", "usr_other"}, "scope_not_found"},
      {{right, "", "", "ENV_DEFAULT", ""}, "scope_not_found"},
      // The key is looked at first: who has none learns nothing of scopes.
      {{longer, "", "", "env_other", ""}, "unauthenticated"},
  };
  return table;
}

}  // namespace

TEST_CASE("Who has the key and asks for the default scope is the administrator, all others are refused") {
  const Authenticator authenticator(Bootstrap::administrator(), kKey);
  for (const auto& each : cases()) {
    INFO(each.credentials.authorization << " in " << each.credentials.environment_id);
    const auto principal = authenticator.authenticate(each.credentials);
    if (each.code.empty()) {
      REQUIRE(principal);
      CHECK(principal->user_id == "usr_admin");
      CHECK(principal->scope == Bootstrap::administrator().scope);
      continue;
    }
    REQUIRE_FALSE(principal);
    CHECK(principal.error().code == each.code);
    CHECK(principal.error().kind ==
          (each.code == "unauthenticated" ? ErrorKind::Unauthenticated : ErrorKind::NotFound));
    CHECK(principal.error().message.find("plt_") == std::string::npos);
  }
}

}  // namespace platos::tenancy
