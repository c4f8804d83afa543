#include "tenancy/authenticator.hpp"

#include "base/text.hpp"

namespace platos::tenancy {
namespace {
constexpr std::string_view kBearer = "bearer ";

bool names_other(std::string_view header, const std::string& own) { return !header.empty() && header != own; }
}  // namespace

Authenticator::Authenticator(model::Principal administrator, std::string admin_key)
    : administrator_(std::move(administrator)), key_hash_(base::sha256_hex(admin_key)) {}

Result<model::Principal> Authenticator::authenticate(const Credentials& credentials) const {
  const std::string_view header = credentials.authorization;
  const bool bearer =
      header.size() > kBearer.size() && base::equals_ignoring_case(header.substr(0, kBearer.size()), kBearer);
  // Hashes have one length, so not even the key's length shows in the time.
  if (!bearer ||
      !base::equals_in_constant_time(base::sha256_hex(base::trim(header.substr(kBearer.size()))), key_hash_)) {
    return fail(
        ErrorKind::Unauthenticated, "unauthenticated",
        header.empty()
            ? "send the key as \"Authorization: Bearer KEY\"; the server's is in admin.key of its data directory"
            : "the key is not valid here");
  }
  const auto& scope = administrator_.scope;
  if (names_other(credentials.organization_id, scope.organization_id) ||
      names_other(credentials.project_id, scope.project_id) ||
      names_other(credentials.environment_id, scope.environment_id) ||
      names_other(credentials.user_id, administrator_.user_id)) {
    return fail(ErrorKind::NotFound, "scope_not_found", "there is no such organization, project, environment or user");
  }
  return administrator_;
}

}  // namespace platos::tenancy
