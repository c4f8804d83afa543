// One user's memories: add, search, list, forget.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/cancellation.hpp"
#include "base/logger.hpp"
#include "base/task.hpp"
#include "governance/chain.hpp"
#include "memory/memory.hpp"
#include "ports/plugin_directory.hpp"
#include "telemetry/metrics.hpp"

namespace platos::memory {

struct MemoriesOptions {
  std::string store = "memory";       ///< instance
  std::string embedder = "embedder";  ///< instance; empty: by words alone
  std::int64_t call_limit_us = 10'000'000;
};

struct Search {
  std::string query;
  std::uint32_t limit = 10;
  double min_score = 0;   ///< least cosine
  std::string kind;       ///< empty: any
  bool words_too = true;  ///< false: by meaning alone, where that is possible
};

struct Hit {
  Memory memory;
  double score = 0;
  double cosine = ports::MemoryHit::kNoCosine;
};

struct Page {
  std::vector<Memory> memories;
  std::uint64_t total = 0;
};

/// Internally synchronised; called on loops. `who` says whose memories: its environment and user. Errors besides those
/// of the store: FailedPrecondition "memory_unavailable" when no store is configured or it cannot be used.
class Memories {
 public:
  Memories(const ports::PluginDirectory& plugins, const governance::Chain& chain, const base::Clock& clock,
           base::Logger& logger, telemetry::Metrics& metrics, MemoriesOptions options);

  /// Governors see the content first and may redact it; PermissionDenied when they refuse. What they found is added to
  /// `findings`. The same content of the same kind is kept once: its id and time of creation stay.
  Task<Result<Memory>> add(ports::CallContext who, Memory memory, std::vector<governance::Finding>& findings,
                           base::CancelToken cancel);
  /// Best first. Private ones are not found.
  Task<Result<std::vector<Hit>>> search(ports::CallContext who, Search search, base::CancelToken cancel);
  /// In the order of their ids, behind `after`.
  Task<Result<Page>> list(ports::CallContext who, std::string kind, std::string after, std::uint32_t limit,
                          base::CancelToken cancel);
  /// False when there was none.
  Task<Result<bool>> forget(ports::CallContext who, std::string id, base::CancelToken cancel);

  /// True when the user is known to have none: nothing need be asked.
  bool known_empty(const ports::CallContext& who) const;

 private:
  Result<std::shared_ptr<ports::MemoryStore>> store() const;
  Task<std::optional<ports::Vector>> embed(ports::CallContext who, std::string text, base::CancelToken cancel);
  ports::CallContext limited(ports::CallContext who) const;
  void note_written(const ports::CallContext& who);
  std::uint64_t writes() const;
  /// Nothing when something was written since: it may have been for this user.
  void note_empty(const ports::CallContext& who, std::uint64_t writes_before);

  const ports::PluginDirectory& plugins_;
  const governance::Chain& chain_;
  const base::Clock& clock_;
  base::Logger& logger_;
  MemoriesOptions options_;
  telemetry::Metrics& metrics_;
  mutable std::mutex mutex_;
  std::map<std::string, std::int64_t> empty_until_us_;  // by environment and user
  std::uint64_t writes_ = 0;
};

}  // namespace platos::memory
