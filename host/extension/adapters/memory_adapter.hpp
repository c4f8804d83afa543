// platos.memory/1 behind the MemoryStore port.
#pragma once

#include <memory>

#include "extension/adapters/blocking_calls.hpp"
#include "platos/memory.h"
#include "ports/memory_store.hpp"

namespace platos::extension {

/// Immutable after make(). Calls run on threads of the instance's own.
///
/// Every record is written with a mark of its space in the metadata, and every record that comes back must bear the
/// mark of the space that was asked for: a plugin that mixes tenants is switched off before anybody has seen the
/// record.
class MemoryAdapter final : public ports::MemoryStore {
 public:
  /// Internal "plugin_breach" when there is no usable table or description.
  static Result<std::shared_ptr<MemoryAdapter>> make(std::shared_ptr<Instance> instance, WorkerOptions options);

  const std::string& instance() const override { return instance_->name(); }
  const ports::MemoryStoreInfo& info() const override { return info_; }
  Task<Result<void>> upsert(ports::CallContext context, std::string collection,
                            std::vector<ports::MemoryRecord> records, base::CancelToken cancel) override;
  Task<Result<std::vector<ports::MemoryRecord>>> fetch(ports::CallContext context, std::string collection,
                                                       std::vector<std::string> ids, base::CancelToken cancel) override;
  Task<Result<std::uint64_t>> remove(ports::CallContext context, std::string collection, std::vector<std::string> ids,
                                     std::string filter_json, base::CancelToken cancel) override;
  Task<Result<std::vector<ports::MemoryHit>>> search(ports::CallContext context, std::string collection,
                                                     ports::MemoryQuery query, base::CancelToken cancel) override;
  Task<Result<ports::MemoryPage>> list(ports::CallContext context, std::string collection,
                                       ports::MemoryPageRequest request, base::CancelToken cancel) override;

 private:
  MemoryAdapter(std::shared_ptr<Instance> instance, const platos_memory_t* table, WorkerOptions options);
  Result<void> read_description();

  std::shared_ptr<Instance> instance_;
  const platos_memory_t* table_;
  BlockingCalls calls_;
  ports::MemoryStoreInfo info_;
};

}  // namespace platos::extension
