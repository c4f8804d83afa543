// The component "sqlite": memories in one SQLite file of the instance's state folder.
//
// Calls run in parallel: reads on a few connections, writes one after the other. The file is opened by the first call
// that needs it, because making an instance does no I/O; when that fails, each later call tries again.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "config.hpp"
#include "database.hpp"
#include "filter.hpp"
#include "platos/cpp/memory.hpp"
#include "search.hpp"
#include "tables.hpp"
#include "vector_cache.hpp"

namespace platos::records {

class SqliteMemory : public sdk::Memory {
 public:
  /// Throws Error on a bad configuration, or when the instance has no state folder.
  SqliteMemory(sdk::Host host, std::string_view config_json);

  void describe(sdk::JsonWriter& out) override;
  void upsert(sdk::Call call, const sdk::MemorySpace& space, std::span<const sdk::MemoryRecord> records) override;
  /// In the order of `ids`; an id that is named twice is answered once.
  void fetch(sdk::Call call, const sdk::MemorySpace& space, std::span<const std::string_view> ids,
             const sdk::MemorySink& sink) override;
  /// Without ids, a filter must be given: "{}" for all.
  std::uint64_t remove(sdk::Call call, const sdk::MemorySpace& space, std::span<const std::string_view> ids,
                       std::string_view filter_json) override;
  void search(sdk::Call call, const sdk::MemorySpace& space, const sdk::MemoryQuery& query,
              const sdk::MemorySink& sink) override;
  std::uint64_t list(sdk::Call call, const sdk::MemorySpace& space, const sdk::MemoryPage& page,
                     const sdk::MemorySink& sink) override;

 private:
  /// Changes a loaded index as the transaction changed the file.
  using IndexChange = std::function<void(VectorIndex&)>;

  /// The database, in which the call's space is sealed.
  Database& sealed_database(const SpaceSeal& seal, const Stop& stop);
  void seal_old_space(const SpaceSeal& seal, const Stop& stop);
  /// Ends a transaction that changed `space`: index merge, commit, loaded vectors.
  void commit(Database::Writing& writing, Tables& tables, const Space& space, const IndexChange& change);
  std::vector<Hit> ranked(Database::Reading& reading, const SpaceSeal& seal, const sdk::MemoryQuery& query,
                          const Filter& filter, const Stop& stop);
  std::vector<Hit> nearest(Database::Reading& reading, const SpaceSeal& seal, const sdk::MemoryQuery& query,
                           const Filter& filter, const Stop& stop, std::size_t limit);
  void load(VectorCache::Entry& entry, Database::Reading& reading, const SpaceSeal& seal, const Stop& stop);

  Config config_;
  std::string folder_;
  sdk::Sealer sealer_;
  VectorCache cache_;
  std::mutex open_mutex_;
  std::unique_ptr<Database> database_;
  bool merge_pending_ = true;  // guarded by Database::Writing; what an earlier process left counts too
};

}  // namespace platos::records
