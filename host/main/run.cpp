#include "main/run.hpp"

#include <unistd.h>

#include <cstdio>
#include <memory>

#include "base/failpoint.hpp"
#include "base/text.hpp"
#include "main/daemon.hpp"
#include "main/keys.hpp"
#include "main/options.hpp"
#include "main/process.hpp"
#include "main/signals.hpp"
#include "tenancy/bootstrap.hpp"

namespace platos::daemon {

int run_daemon(const DaemonOptions& options) {
  set_limits();
  block_signals();
  const auto& settings = options.config.settings;
  base::SystemClock clock;
  base::Logger logger(clock, log_level(settings.log_level), log_format(settings.log_format));
  const auto refuse = [&](const Error& error) {
    logger.error("main", "the daemon cannot start", {{"code", error.code}, {"reason", error.message}});
    return error.code == "data_dir_in_use" ? kExitInUse : kExitFailed;
  };
  auto data_dir = DataDir::open(options.paths.data_dir);
  if (!data_dir) return refuse(data_dir.error());
  base::failpoint("startup.after_lock");
  auto admin_key = tenancy::Bootstrap::ensure_admin_key((*data_dir)->path() + "/admin.key");
  if (!admin_key) return refuse(admin_key.error());
  logger.hide(*admin_key);
  auto auth = auth_options(settings, std::move(*admin_key));
  if (!auth) return refuse(auth.error());
  auto front = Front::open(settings);
  if (!front) return refuse(front.error());
  logger.hide(std::string(base::password_of(settings.store_url)));
  logger.hide(std::string(base::password_of(settings.egress_proxy)));
  if (const auto password = mail_server(settings).password; password) logger.hide(std::string(password->view()));
  auto database_options = store_options(settings, (*data_dir)->path(), (*data_dir)->host_id());
  auto keys = open_keys(settings, database_options);
  if (!keys) return refuse(keys.error());
  database_options.keys = keys->get();
  auto database = store::Database::open(database_options, clock, logger);
  if (!database) return refuse(database.error());
  base::failpoint("startup.after_migrate");

  auto daemon = std::make_unique<Daemon>(options, clock, logger, **data_dir, **keys, std::move(*database),
                                         std::move(*front), std::move(*auth));
  const int code = daemon->run();
  if (daemon->has_stuck_threads()) {
    // A thread inside a plugin cannot be joined; everything of ours is on disk.
    std::fflush(nullptr);
    ::_exit(code);
  }
  daemon.reset();
  return code;
}

}  // namespace platos::daemon
