// A memory backend that keeps records in a map and searches them by their vectors.
#include <algorithm>
#include <cmath>
#include <map>
#include <mutex>
#include <platos/cpp/memory.hpp>
#include <string>
#include <utility>
#include <vector>

#include "filter.hpp"

namespace {

namespace sdk = platos::sdk;
using map_memory::matches;
using map_memory::Parts;
using map_memory::parts_of;

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

void require(bool holds, const char* otherwise) {
  if (!holds) throw sdk::Error(PLATOS_INVALID_ARGUMENT, otherwise);
}

class MapMemory : public sdk::Memory {
 public:
  MapMemory(sdk::Host host, std::string_view) : Memory(host) {}

  void describe(sdk::JsonWriter& out) override {
    out.begin_object().key("modes").begin_array().value("vector").end_array().end_object();
  }

  void upsert(sdk::Call call, const sdk::MemorySpace& space, std::span<const sdk::MemoryRecord> records) override {
    const std::lock_guard lock(mutex_);
    Records changed = records_of(call, space);  // a copy, so that it is all or nothing
    for (const sdk::MemoryRecord& each : records) {
      require(!each.id.empty() && each.id.size() <= 128, "id: expected 1 to 128 bytes");
      require(each.content.size() <= 64 * 1024, "content: expected at most 64 KiB");
      if (!each.vector.empty()) check_vector(changed, each.vector);
      changed[std::string(each.id)] = {
          std::string(each.content), std::string(each.metadata_json), {each.vector.begin(), each.vector.end()}};
    }
    records_of(call, space).swap(changed);
  }

  void fetch(sdk::Call call, const sdk::MemorySpace& space, std::span<const std::string_view> ids,
             const sdk::MemorySink& sink) override {
    const std::lock_guard lock(mutex_);
    const Records& records = records_of(call, space);
    for (const std::string_view id : ids) {
      if (const auto at = records.find(id); at != records.end())
        sink.record({at->first, at->second.content, at->second.metadata_json, at->second.vector});
    }
  }

  std::uint64_t remove(sdk::Call call, const sdk::MemorySpace& space, std::span<const std::string_view> ids,
                       std::string_view filter_json) override {
    require(!ids.empty() || !filter_json.empty(), "expected ids or a filter, found neither");
    const std::lock_guard lock(mutex_);
    const Parts filter = parts_of(filter_json);
    return std::erase_if(records_of(call, space), [&](const auto& record) {
      if (ids.empty()) return matches(filter, record.second.metadata_json);
      return std::find(ids.begin(), ids.end(), record.first) != ids.end();
    });
  }

  void search(sdk::Call call, const sdk::MemorySpace& space, const sdk::MemoryQuery& query,
              const sdk::MemorySink& sink) override {
    const std::lock_guard lock(mutex_);
    const Records& records = records_of(call, space);
    if (query.mode != PLATOS_MEMORY_VECTOR) throw sdk::Error(PLATOS_FAILED_PRECONDITION, "mode: expected vector");
    require(query.limit >= 1 && query.limit <= 1000, "limit: expected 1 to 1000");
    check_vector(records, query.vector);
    const Parts filter = parts_of(query.filter_json);
    std::vector<std::pair<double, Records::const_iterator>> hits;
    for (auto at = records.begin(); at != records.end(); ++at) {
      const std::vector<float>& vector = at->second.vector;
      if (vector.empty() || !matches(filter, at->second.metadata_json)) continue;
      const double cosine =
          dot(query.vector, vector) / std::sqrt(dot(query.vector, query.vector) * dot(vector, vector));
      if (cosine >= query.min_score) hits.emplace_back(cosine, at);
    }
    std::stable_sort(hits.begin(), hits.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    if (hits.size() > query.limit) hits.erase(hits.begin() + query.limit, hits.end());
    for (const auto& [cosine, at] : hits)
      sink.record({at->first, at->second.content, at->second.metadata_json, {}}, cosine, cosine);
  }

  std::uint64_t list(sdk::Call call, const sdk::MemorySpace& space, const sdk::MemoryPage& page,
                     const sdk::MemorySink& sink) override {
    const std::lock_guard lock(mutex_);
    require(page.limit >= 1 && page.limit <= 1000, "limit: expected 1 to 1000");
    const Parts filter = parts_of(page.filter_json);
    std::uint64_t total = 0, sent = 0;
    for (const auto& [id, record] : records_of(call, space)) {
      if (!matches(filter, record.metadata_json)) continue;
      ++total;
      if (id > page.after && sent++ < page.limit) sink.record({id, record.content, record.metadata_json, {}});
    }
    return total;
  }

 private:
  struct Record {
    std::string content, metadata_json;
    std::vector<float> vector;
  };
  using Records = std::map<std::string, Record, std::less<>>;

  Records& records_of(const sdk::Call& call, const sdk::MemorySpace& space) {
    if (space.tenant.empty() || space.tenant != call.attribute("environment"))
      throw sdk::Error(PLATOS_PERMISSION_DENIED, "space: the tenant is not the environment of the call");
    return spaces_[{std::string(space.tenant), std::string(space.collection)}];
  }

  static void check_vector(const Records& records, std::span<const float> vector) {
    require(std::all_of(vector.begin(), vector.end(), [](float value) { return std::isfinite(value); }),
            "vector: expected finite values");
    require(dot(vector, vector) > 0, "vector: expected one with a direction");
    for (const auto& [id, record] : records)
      require(record.vector.empty() || record.vector.size() == vector.size(), "vector: expected other dimensions");
  }

  std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, Records> spaces_;
};

}  // namespace

PLATOS_PLUGIN("com.example.map-memory", "1.0.0", sdk::component<MapMemory>("map"))
