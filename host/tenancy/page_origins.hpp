// Which web pages the owners of entities let in.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_set>

#include "base/loop.hpp"
#include "base/task.hpp"
#include "store/database.hpp"

namespace platos::tenancy {

/// The origins of all entities, of all tenants: a page's origin says nothing of who uses it, and opens nothing without
/// a credential. Internally synchronised. Read once in `remember_us` at most, and again after forget(); while the store
/// cannot be read, what was known last holds.
class PageOrigins {
 public:
  PageOrigins(store::Database& database, std::int64_t remember_us) : database_(database), remember_us_(remember_us) {}

  Task<bool> allow(base::Loop& loop, std::string origin);

  /// An entity changed.
  void forget();

 private:
  using Origins = std::unordered_set<std::string>;
  Task<void> read(base::Loop& loop);

  store::Database& database_;
  const std::int64_t remember_us_;
  std::mutex mutex_;
  Origins known_;
  std::int64_t good_until_us_ = INT64_MIN;
  std::uint64_t generation_ = 0;  // of forget(): what is read meanwhile may be old
};

}  // namespace platos::tenancy
