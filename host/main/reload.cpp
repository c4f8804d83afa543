#include "main/reload.hpp"

#include "config/reload.hpp"
#include "main/front.hpp"
#include "main/options.hpp"

namespace platos::daemon {

Result<Reload> prepare_reload(const config::Sources& sources, const config::Settings& running) {
  const auto loaded = config::load(sources);
  if (!loaded) return fail(loaded.error());
  if (const auto checked = check_proxy(loaded->settings); !checked) return fail(checked.error());
  if (const auto checked = check_mail(loaded->settings); !checked) return fail(checked.error());
  // HTTPS that goes, or moves to another port, goes with its certificate.
  const bool same_https = loaded->settings.https_listen == running.https_listen;
  Reload reload;
  reload.settings = running;
  for (const auto key : config::differences(running, loaded->settings)) {
    const bool taken = config::is_reloadable(key) && (same_https || !key.starts_with("https."));
    std::string& list = taken ? reload.changed : reload.needs_restart;
    list += (list.empty() ? "" : ",") + std::string(key);
    if (!taken) continue;
    std::visit([&](auto member) { reload.settings.*member = loaded->settings.*member; },
               config::find_setting(key)->member);
  }
  auto tls = load_tls(reload.settings);
  if (!tls) return fail(tls.error());
  reload.tls = std::move(*tls);
  return reload;
}

}  // namespace platos::daemon
