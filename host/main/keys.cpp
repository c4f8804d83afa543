#include "main/keys.hpp"

#include "secrets/master_key.hpp"
#include "store/sealing.hpp"

namespace platos::daemon {

Result<std::unique_ptr<secrets::KeyRing>> open_keys(const config::Settings& settings,
                                                    const store::DatabaseOptions& database) {
  bool must_exist = false;
  try {
    must_exist = store::has_data_keys(*store::connect(database, true));
  } catch (const std::exception&) {
    // Whatever is wrong with the database, opening it says so.
  }
  auto masters = secrets::load_master_keys(settings.secrets_master_key, database.directory, must_exist);
  if (!masters) return fail(masters.error());
  return std::make_unique<secrets::KeyRing>(std::move(masters->current), std::move(masters->former));
}

}  // namespace platos::daemon
