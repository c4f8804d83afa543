#include "main/keys.hpp"

#include "secrets/master_key.hpp"
#include "store/sealing.hpp"

namespace platos::daemon {

Result<std::unique_ptr<secrets::KeyRing>> open_keys(const config::Settings& settings,
                                                    const store::DatabaseOptions& database) {
  bool must_exist = false;
  try {
    must_exist = store::has_data_keys(*store::connect(database, true));
  } catch (const store::SqlError& failure) {
    // A key that is made for a database that was not seen may be the wrong one.
    if (failure.kind() == store::SqlError::Kind::Disconnected) {
      return fail(ErrorKind::Unavailable, "store_unreachable", failure.what());
    }
    return fail(ErrorKind::DataLoss, "database_unusable", failure.what());
  } catch (const std::exception& failure) {
    return fail(ErrorKind::DataLoss, "database_unusable", database.directory + ": " + failure.what());
  }
  auto masters = secrets::load_master_keys(settings.secrets_master_key, settings.secrets_other_master_keys,
                                           database.directory, must_exist);
  if (!masters) return fail(masters.error());
  return std::make_unique<secrets::KeyRing>(std::move(masters->current), std::move(masters->former));
}

}  // namespace platos::daemon
