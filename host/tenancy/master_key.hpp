// A new master key, while the daemon runs.
#pragma once

#include <atomic>
#include <string>

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
class MasterKey {
 public:
  MasterKey(store::Database& database, base::IdMaker& ids, secrets::KeyRing& keys, std::string source,
            std::string data_dir)
      : database_(database), ids_(ids), keys_(keys), source_(std::move(source)), data_dir_(std::move(data_dir)) {}

  /// Makes a key and wraps every data key with it; how many. Unimplemented "master_key_elsewhere"; Conflict
  /// "rotation_under_way".
  Task<Result<std::int64_t>> rotate(base::Loop& loop, model::Principal who);
  /// Ends what a former process had begun; 0 when there was nothing.
  Task<Result<std::int64_t>> finish_begun(base::Loop& loop);
  const secrets::KeyRing& keys() const { return keys_; }

 private:
  Task<Result<std::int64_t>> finish(base::Loop& loop);
  store::Database& database_;
  base::IdMaker& ids_;
  secrets::KeyRing& keys_;
  std::string source_;
  std::string data_dir_;
  std::atomic<bool> rotating_{false};
};

}  // namespace platos::tenancy
