// Calls the C table of platos.memory/1 in few words. For tests.
//
// Used by one thread at a time; several drivers may share an instance, which must outlive them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platos/cpp/slice.hpp"
#include "platos/cpp/testing/collectors.hpp"
#include "platos/cpp/testing/fake_host.hpp"
#include "platos/memory.h"

namespace platos::contract {

using sdk::slice;
using sdk::testing::FakeInstance;
using sdk::testing::RecordCollector;

struct Given {
  std::string id;
  std::string content;
  std::string metadata_json = "{}";
  std::vector<float> vector = {};
};

struct Asked {
  std::int32_t mode = PLATOS_MEMORY_KEYWORD;
  std::string text = {};
  std::vector<float> vector = {};
  std::uint32_t limit = 10;
  double min_score = -1;
  std::string filter_json = {};
};

/// One space, asked on behalf of its own tenant. `status` and `error` are those of the last call.
class MemoryDriver {
 public:
  using Item = RecordCollector::Item;
  using Items = std::vector<Item>;

  explicit MemoryDriver(const FakeInstance& instance, std::string tenant = "acme", std::string collection = "notes")
      : tenant_(std::move(tenant)),
        collection_(std::move(collection)),
        handle_(instance.handle()),
        table_(instance.table<platos_memory_t>(PLATOS_MEMORY_INTERFACE)) {
    call.attributes["environment"] = tenant_;
  }

  std::int32_t upsert(const std::vector<Given>& records) {
    std::vector<platos_memory_record_t> list;
    for (const Given& each : records) {
      list.push_back({sizeof(platos_memory_record_t), static_cast<std::uint32_t>(each.vector.size()), slice(each.id),
                      slice(each.content), slice(each.metadata_json), each.vector.data()});
    }
    std::vector<const platos_memory_record_t*> pointers;
    for (const auto& each : list) pointers.push_back(&each);
    const auto where = space();
    return status = table_.upsert(handle_, &call, &where, pointers.data(), pointers.size(), &error);
  }
  Items fetch(const std::vector<std::string>& ids) {
    const auto where = space();
    const auto list = slices(ids);
    RecordCollector out = collector();
    out.table.context = &out;
    status = table_.fetch(handle_, &call, &where, list.data(), list.size(), &out.table, &error);
    return out.items;
  }
  std::uint64_t remove(const std::vector<std::string>& ids, const std::string& filter_json = {}) {
    const auto where = space();
    const auto list = slices(ids);
    std::uint64_t removed = 0;
    status = table_.remove(handle_, &call, &where, list.data(), list.size(), slice(filter_json), &removed, &error);
    return removed;
  }
  Items search(const Asked& asked) {
    const auto where = space();
    const platos_memory_query_t query = {sizeof query,
                                         asked.mode,
                                         slice(asked.text),
                                         asked.vector.data(),
                                         static_cast<std::uint32_t>(asked.vector.size()),
                                         asked.limit,
                                         asked.min_score,
                                         slice(asked.filter_json)};
    RecordCollector out = collector();
    out.table.context = &out;
    status = table_.search(handle_, &call, &where, &query, &out.table, &error);
    return out.items;
  }
  Items list(std::uint32_t limit = 1000, const std::string& after = {}, const std::string& filter_json = {}) {
    const auto where = space();
    const platos_memory_page_t page = {sizeof page, limit, slice(after), slice(filter_json)};
    RecordCollector out = collector();
    out.table.context = &out;
    total = 0;
    status = table_.list(handle_, &call, &where, &page, &out.table, &total, &error);
    return out.items;
  }

  platos_call_t call;
  platos_error_t error;
  std::int32_t status = PLATOS_OK;
  std::uint64_t total = 0;          ///< of the last list()
  std::size_t refuse_after = ~0UL;  ///< the sink fails at that record

 private:
  platos_memory_space_t space() const { return {sizeof(platos_memory_space_t), 0, slice(tenant_), slice(collection_)}; }
  RecordCollector collector() const {
    RecordCollector out;
    out.refuse_after = refuse_after;
    return out;
  }
  static std::vector<platos_slice_t> slices(const std::vector<std::string>& texts) {
    std::vector<platos_slice_t> out;
    for (const std::string& text : texts) out.push_back(slice(text));
    return out;
  }

  std::string tenant_, collection_;
  platos_instance_t* handle_;
  const platos_memory_t& table_;
};

inline std::vector<std::string> ids_of(const MemoryDriver::Items& items) {
  std::vector<std::string> ids;
  for (const auto& item : items) ids.push_back(item.id);
  return ids;
}

}  // namespace platos::contract
