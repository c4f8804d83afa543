#include "base/failpoint.hpp"

#if PLATOS_FAILPOINTS

#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdint>
#include <mutex>
#include <string>

#include "base/environment.hpp"

namespace platos::base::failpoint_detail {

std::atomic<State> state{State::Unspecified};

namespace {

struct Armed {
  std::string name;
  std::atomic<std::int64_t> hits_left{1};
};

Armed& armed() {
  static Armed one;
  return one;
}

void arm() {
  const std::string_view text = environment_variable("PLATOS_FAILPOINT").value_or("");
  const auto colon = text.find(':');
  std::int64_t hits = 1;
  if (colon != std::string_view::npos) std::from_chars(text.data() + colon + 1, text.data() + text.size(), hits);
  armed().name = text.substr(0, colon);
  armed().hits_left = hits;
  state = armed().name.empty() ? State::Off : State::Armed;
}

[[noreturn]] void die(std::string_view name) {
  const std::string line = "failpoint " + std::string(name) + "\n";
  // The line is for the test's report: nothing can be done when it cannot be written.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
  for (;;) ::kill(::getpid(), SIGKILL);
}

}  // namespace

void reached(std::string_view name) {
  static std::once_flag once;
  std::call_once(once, arm);
  if (state.load(std::memory_order_relaxed) != State::Armed || name != armed().name) return;
  if (armed().hits_left.fetch_sub(1) == 1) die(name);
}

}  // namespace platos::base::failpoint_detail

#endif
