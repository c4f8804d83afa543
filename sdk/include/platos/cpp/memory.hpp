// platos.memory/1 in C++. Derive from Memory; throw platos::sdk::Error.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "platos/cpp/json_writer.hpp"
#include "platos/cpp/plugin.hpp"
#include "platos/memory.h"

namespace platos::sdk {
inline namespace v1_0 {

/// Where records live. Borrowed for the call.
struct MemorySpace {
  std::string_view tenant;
  std::string_view collection;
};

/// One record. Borrowed for the call, in both directions.
struct MemoryRecord {
  std::string_view id;
  std::string_view content;
  std::string_view metadata_json;
  std::span<const float> vector;
};

struct MemoryQuery {
  std::int32_t mode = PLATOS_MEMORY_KEYWORD;
  std::string_view text;
  std::span<const float> vector;
  std::uint32_t limit = 10;
  double min_score = 0;
  std::string_view filter_json;
};

struct MemoryPage {
  std::uint32_t limit = 100;
  std::string_view after;
  std::string_view filter_json;
};

/// Sends records to the host. Valid for the call it is passed to. Throws SinkClosed when the host wants no more.
class MemorySink {
 public:
  static constexpr double kNoCosine = -2;
  explicit MemorySink(const platos_memory_sink_t* sink) noexcept : sink_(sink) {}

  void record(const MemoryRecord& record, double score = 0, double cosine = kNoCosine) const {
    const platos_memory_record_t out = {sizeof out,
                                        static_cast<std::uint32_t>(record.vector.size()),
                                        slice(record.id),
                                        slice(record.content),
                                        slice(record.metadata_json),
                                        record.vector.data()};
    if (const auto status = sink_->record(sink_->context, &out, score, cosine); status != PLATOS_OK)
      throw SinkClosed(status);
  }

 private:
  const platos_memory_sink_t* sink_;
};

/// Functions run concurrently on one instance. memory.h says what each promises.
class Memory : public Instance {
 public:
  static constexpr const char* kInterface = PLATOS_MEMORY_INTERFACE;
  using Instance::Instance;

  virtual void describe(JsonWriter& out) = 0;
  virtual void upsert(Call call, const MemorySpace& space, std::span<const MemoryRecord> records) = 0;
  virtual void fetch(Call call, const MemorySpace& space, std::span<const std::string_view> ids,
                     const MemorySink& sink) = 0;
  /// The number removed.
  virtual std::uint64_t remove(Call call, const MemorySpace& space, std::span<const std::string_view> ids,
                               std::string_view filter_json) = 0;
  virtual void search(Call call, const MemorySpace& space, const MemoryQuery& query, const MemorySink& sink) = 0;
  /// The number of all matches.
  virtual std::uint64_t list(Call call, const MemorySpace& space, const MemoryPage& page, const MemorySink& sink) = 0;
  virtual void interrupt(Call) {}

  const void* interface_table(std::string_view interface_id) const noexcept override {
    return interface_id == kInterface ? &kTable : nullptr;
  }

 private:
  static Memory& of(platos_instance_t* handle) noexcept { return static_cast<Memory&>(Instance::of(handle)); }
  static Call call_of(platos_instance_t* instance, platos_call_t* call, platos_error_t* error) noexcept {
    return Call(of(instance).host().table(), call, error);
  }
  static MemorySpace space_of(const platos_memory_space_t* space) noexcept {
    return {view(space->tenant), view(space->collection)};
  }
  static std::vector<std::string_view> views(const platos_slice_t* slices, std::size_t count) {
    std::vector<std::string_view> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(view(slices[i]));
    return out;
  }
  template <typename Body>
  static std::int32_t guarded(platos_instance_t* instance, platos_error_t* error, Body&& body) noexcept {
    return guard(of(instance).host().table(), error, body);
  }

  static std::int32_t describe_c(platos_instance_t* instance, const platos_writer_t* writer,
                                 platos_error_t* error) noexcept {
    return guarded(instance, error,
                   [&] { write_json(writer, [&](JsonWriter& json) { of(instance).describe(json); }); });
  }
  static std::int32_t upsert_c(platos_instance_t* instance, platos_call_t* call, const platos_memory_space_t* space,
                               const platos_memory_record_t* const* records, std::size_t count,
                               platos_error_t* error) noexcept {
    return guarded(instance, error, [&] {
      std::vector<MemoryRecord> list;
      for (std::size_t i = 0; i < count; ++i) {
        const platos_memory_record_t& each = *records[i];
        list.push_back({view(each.id), view(each.content), view(each.metadata_json), {each.vector, each.dimensions}});
      }
      of(instance).upsert(call_of(instance, call, error), space_of(space), list);
    });
  }
  static std::int32_t fetch_c(platos_instance_t* instance, platos_call_t* call, const platos_memory_space_t* space,
                              const platos_slice_t* ids, std::size_t count, const platos_memory_sink_t* sink,
                              platos_error_t* error) noexcept {
    return guarded(instance, error, [&] {
      of(instance).fetch(call_of(instance, call, error), space_of(space), views(ids, count), MemorySink(sink));
    });
  }
  static std::int32_t remove_c(platos_instance_t* instance, platos_call_t* call, const platos_memory_space_t* space,
                               const platos_slice_t* ids, std::size_t count, platos_slice_t filter_json,
                               std::uint64_t* removed, platos_error_t* error) noexcept {
    return guarded(instance, error, [&] {
      *removed +=
          of(instance).remove(call_of(instance, call, error), space_of(space), views(ids, count), view(filter_json));
    });
  }
  static std::int32_t search_c(platos_instance_t* instance, platos_call_t* call, const platos_memory_space_t* space,
                               const platos_memory_query_t* query, const platos_memory_sink_t* sink,
                               platos_error_t* error) noexcept {
    return guarded(instance, error, [&] {
      const MemoryQuery asked = {query->mode,  view(query->text), {query->vector, query->dimensions},
                                 query->limit, query->min_score,  view(query->filter_json)};
      of(instance).search(call_of(instance, call, error), space_of(space), asked, MemorySink(sink));
    });
  }
  static std::int32_t list_c(platos_instance_t* instance, platos_call_t* call, const platos_memory_space_t* space,
                             const platos_memory_page_t* page, const platos_memory_sink_t* sink, std::uint64_t* total,
                             platos_error_t* error) noexcept {
    return guarded(instance, error, [&] {
      const MemoryPage asked = {page->limit, view(page->after), view(page->filter_json)};
      *total = of(instance).list(call_of(instance, call, error), space_of(space), asked, MemorySink(sink));
    });
  }
  static void interrupt_c(platos_instance_t* instance, platos_call_t* call) noexcept {
    of(instance).interrupt(call_of(instance, call, nullptr));
  }

  static constexpr platos_memory_t kTable = {
      sizeof(platos_memory_t), 0, describe_c, upsert_c, fetch_c, remove_c, search_c, list_c, interrupt_c};
};

}  // namespace v1_0
}  // namespace platos::sdk
