#include "tenancy/failed_tries.hpp"

#include <algorithm>
#include <vector>

#include "base/network.hpp"

namespace platos::tenancy {
namespace {

constexpr std::size_t kMaxAddresses = 10'000;
constexpr std::int64_t kWindowUs = 60'000'000;
constexpr std::int64_t kMaxLockUs = 15 * kWindowUs;

}  // namespace

std::int64_t FailedTries::Tries::forgotten_us() const {
  return lock_us == 0 ? window_began_us + kWindowUs : locked_until_us + kMaxLockUs;
}

Result<void> FailedTries::check(const std::string& address, std::int64_t now_us) {
  if (max_per_minute_ == 0) return {};
  const std::lock_guard lock(mutex_);
  const auto found = tries_.find(base::customer_network(address));
  if (found == tries_.end() || found->second.locked_until_us <= now_us) return {};
  Error error{ErrorKind::ResourceExhausted,
              "too_many_failures",
              "too many credentials that are not valid came from this address; try again later",
              false,
              0,
              {}};
  error.retry_after_ms = (found->second.locked_until_us - now_us) / 1000 + 1;
  return fail(std::move(error));
}

void FailedTries::note(const std::string& address, std::int64_t now_us) {
  if (max_per_minute_ == 0 || base::is_loopback(address)) return;
  const std::lock_guard lock(mutex_);
  const std::string name = base::customer_network(address);
  if (!tries_.contains(name)) make_room(now_us);
  Tries& tries = tries_[name];
  if (tries.forgotten_us() <= now_us) tries = {};
  // Looked at before it was locked out.
  if (tries.locked_until_us > now_us) return;
  if (now_us - tries.window_began_us >= kWindowUs) {
    tries.window_began_us = now_us;
    tries.count = 0;
  }
  if (++tries.count < max_per_minute_) return;
  tries.lock_us = tries.lock_us == 0 ? kWindowUs : std::min(2 * tries.lock_us, kMaxLockUs);
  tries.locked_until_us = now_us + tries.lock_us;
  tries.count = 0;
}

// A tenth at once, those first that would be forgotten first.
void FailedTries::make_room(std::int64_t now_us) {
  if (tries_.size() < kMaxAddresses) return;
  std::vector<std::int64_t> ends;
  for (const auto& [name, tries] : tries_) ends.push_back(tries.forgotten_us());
  const auto tenth = ends.begin() + static_cast<std::ptrdiff_t>(kMaxAddresses / 10);
  std::nth_element(ends.begin(), tenth, ends.end());
  std::size_t room = kMaxAddresses / 10;
  const std::int64_t last_us = std::max(*tenth, now_us);
  std::erase_if(tries_, [&](const auto& each) {
    if (each.second.forgotten_us() > last_us || room == 0) return false;
    --room;
    return true;
  });
}

}  // namespace platos::tenancy
