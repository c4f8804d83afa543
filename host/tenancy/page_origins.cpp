#include "tenancy/page_origins.hpp"

#include <vector>

#include "store/credentials.hpp"
#include "tenancy/tenant.hpp"

namespace platos::tenancy {

Task<bool> PageOrigins::allow(base::Loop& loop, std::string origin) {
  std::unique_lock lock(mutex_);
  if (loop.clock().monotonic_us() >= good_until_us_) {
    lock.unlock();
    co_await read(loop);
    lock.lock();
  }
  co_return known_.contains(origin);
}

void PageOrigins::forget() {
  const std::lock_guard lock(mutex_);
  good_until_us_ = INT64_MIN;
  ++generation_;
}

Task<void> PageOrigins::read(base::Loop& loop) {
  std::uint64_t generation = 0;
  {
    const std::lock_guard lock(mutex_);
    generation = generation_;
  }
  const auto reading = database_.read(loop, [](store::Session& session) -> Result<std::vector<std::string>> {
    return store::Credentials(session).entity_origins(Tenant::across());
  });
  const auto origins = co_await reading;
  if (!origins) co_return;
  const std::lock_guard lock(mutex_);
  known_ = Origins(origins->begin(), origins->end());
  if (generation == generation_) good_until_us_ = loop.clock().monotonic_us() + remember_us_;
}

}  // namespace platos::tenancy
