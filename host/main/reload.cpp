#include "main/reload.hpp"

#include "config/reload.hpp"
#include "main/front.hpp"

namespace platos::daemon {

Result<Reload> prepare_reload(const config::Sources& sources, const config::Settings& running) {
  const auto loaded = config::load(sources);
  if (!loaded) return fail(loaded.error());
  Reload reload;
  reload.settings = running;
  for (const auto key : config::differences(running, loaded->settings)) {
    std::string& list = config::is_reloadable(key) ? reload.changed : reload.needs_restart;
    list += (list.empty() ? "" : ",") + std::string(key);
    if (!config::is_reloadable(key)) continue;
    std::visit([&](auto member) { reload.settings.*member = loaded->settings.*member; },
               config::find_setting(key)->member);
  }
  auto tls = load_tls(reload.settings);
  if (!tls) return fail(tls.error());
  reload.tls = std::move(*tls);
  return reload;
}

}  // namespace platos::daemon
