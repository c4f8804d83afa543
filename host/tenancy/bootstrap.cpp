#include "tenancy/bootstrap.hpp"

#include "base/text.hpp"
#include "secrets/private_file.hpp"
#include "store/data_keys.hpp"
#include "store/organizations.hpp"

namespace platos::tenancy {
namespace {

constexpr std::size_t kKeyBytes = 32;
constexpr std::size_t kMinKeyCharacters = 16;

tl::unexpected<Error> unusable(const std::string& why) {
  return fail(ErrorKind::FailedPrecondition, "admin_key_unusable", why);
}

}  // namespace

const model::Principal& Bootstrap::administrator() {
  static const model::Principal principal = {
      {"org_default", "prj_default", "env_default"}, "usr_admin", model::kAllRights, {}, "system"};
  return principal;
}

Task<Result<void>> Bootstrap::ensure_scope(store::Database& database, base::Loop& loop, const secrets::KeyRing* keys) {
  const auto write =
      database.write(loop, [keys, now = loop.clock().wall_us()](store::Session& session) -> Result<void> {
        const model::SystemScope system;
        const auto& scope = administrator().scope;
        store::Organizations organizations(session);
        if (organizations.find_environment(system, scope.environment_id)) return {};
        organizations.insert(system, model::Organization{scope.organization_id, "default", "Default", now});
        organizations.insert(system,
                             model::Project{scope.project_id, scope.organization_id, "default", "Default", now});
        organizations.insert(system, model::Environment{scope.environment_id, scope.organization_id, scope.project_id,
                                                        "default", "PRODUCTION", "Default", now});
        organizations.insert(system, model::User{administrator().user_id, "Administrator", {}, now});
        organizations.set_role(system, {scope.organization_id, administrator().user_id, "owner", now});
        if (keys != nullptr) store::DataKeys(session).insert(system, keys->make(scope.organization_id), now);
        return {};
      });
  const auto written = co_await write;
  // Another host that starts at the same time may have been faster.
  if (!written && written.error().kind == ErrorKind::Conflict) co_return Result<void>{};
  co_return written;
}

Result<std::string> Bootstrap::ensure_admin_key(const std::string& path) {
  auto key = secrets::read_private_file(path);
  if (!key) return unusable(key.error().message);
  if (*key && (*key)->size() < kMinKeyCharacters) {
    return unusable(path + ": holds no key of at least 16 characters; delete it to get a new one");
  }
  if (*key) return **key;
  std::string made = "plt_admin_" + base::random_hex(kKeyBytes);
  if (const auto written = secrets::create_private_file(path, made); !written) return unusable(written.error().message);
  return made;
}

}  // namespace platos::tenancy
