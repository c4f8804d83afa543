// A new master key, while the daemon runs.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "model/scope.hpp"
#include "secrets/key_ring.hpp"
#include "store/database.hpp"

namespace platos::tenancy {

/// Thread-safe; one rotation at a time. Killed at any point, the next start goes on with it: both keys are on disk
/// until nothing is wrapped by the old one.
///
/// The key of the data directory is replaced by one that is made here. One that stands elsewhere (`source`) is made and
/// put there by its owner, on every host, with the one before as another master key; then the data keys are wrapped by
/// it here.
class MasterKey {
 public:
  MasterKey(store::Database& database, base::IdMaker& ids, secrets::KeyRing& keys, std::string source,
            std::string data_dir)
      : database_(database), ids_(ids), keys_(keys), source_(std::move(source)), data_dir_(std::move(data_dir)) {}

  /// Wraps every data key with the new key; how many. Conflict "rotation_under_way"; FailedPrecondition
  /// "no_new_master_key" when the key stands elsewhere and has wrapped them all.
  Task<Result<std::int64_t>> rotate(base::Loop& loop, model::Principal who);
  /// Ends what a former process had begun; 0 when there was nothing.
  Task<Result<std::int64_t>> finish_begun(base::Loop& loop);
  const secrets::KeyRing& keys() const { return keys_; }

 private:
  /// Makes the new key if that is to be done here; the names of those before.
  Result<std::vector<std::string>> begin();
  Task<Result<std::int64_t>> finish(base::Loop& loop);
  store::Database& database_;
  base::IdMaker& ids_;
  secrets::KeyRing& keys_;
  std::string source_;
  std::string data_dir_;
  std::atomic<bool> rotating_{false};
};

}  // namespace platos::tenancy
