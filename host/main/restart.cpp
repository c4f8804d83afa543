#include "main/restart.hpp"

#include <linux/close_range.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>

#include "base/environment.hpp"
#include "main/run.hpp"

namespace platos::daemon {
namespace {
constexpr int kMaxRestarts = 3;
}

void restart_without(const std::string& plugin_id, std::int64_t stuck_ms, extension::Markers& markers,
                     base::Logger& logger, const std::vector<std::string>& arguments) {
  markers.quarantine(plugin_id, "a codec call did not return for " + std::to_string(stuck_ms) + " ms");
  const int restarts = markers.note_restart();
  logger.error("main", "a plugin hangs a loop: it is quarantined, and the daemon restarts itself",
               {{"plugin", plugin_id}, {"stuck_ms", stuck_ms}, {"restarts_in_ten_minutes", restarts}});
  if (restarts >= kMaxRestarts) {
    logger.error("main", "too many restarts within ten minutes: giving up", {{"restarts", restarts}});
    ::_exit(kExitRestartedTooOften);
  }
  // Nothing of this process may stay open in the next one, whoever opened it without CLOEXEC.
  ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
  sigset_t none;
  sigemptyset(&none);
  pthread_sigmask(SIG_SETMASK, &none, nullptr);
  std::vector<char*> argv;
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  auto variables = base::variables_for_successor();
  std::vector<char*> envp;
  for (auto& variable : variables) envp.push_back(variable.data());
  envp.push_back(nullptr);
  ::execve("/proc/self/exe", argv.data(), envp.data());
  logger.error("main", "the daemon could not restart itself");
  ::_exit(kExitFailed);
}

}  // namespace platos::daemon
