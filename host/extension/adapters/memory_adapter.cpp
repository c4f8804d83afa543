#include "extension/adapters/memory_adapter.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "extension/adapters/memory_records.hpp"
#include "extension/adapters/text_writer.hpp"
#include "model/json.hpp"

namespace platos::extension {
namespace {

constexpr std::size_t kMaxDescriptionBytes = 64 * 1024;

std::int32_t mode_of(ports::SearchMode mode) {
  switch (mode) {
    case ports::SearchMode::Semantic: return PLATOS_MEMORY_VECTOR;
    case ports::SearchMode::Hybrid: return PLATOS_MEMORY_HYBRID;
    default: return PLATOS_MEMORY_KEYWORD;
  }
}

/// What one call works on, owned by it: the worker may still be busy when the caller has given up.
struct Work {
  Work(std::shared_ptr<Instance> owner, const ports::CallContext& context, std::string collection, std::size_t limit)
      : instance(std::move(owner)), space(context.scope.environment_id, std::move(collection)), gate(space, limit) {}

  template <typename Body>
  Result<void> call(Body body) {
    auto called = instance->call("memory_", body);
    if (gate.problem() && !instance->failed()) return instance->breach(*gate.problem());
    return called;
  }
  std::vector<platos_slice_t> id_slices() const {
    std::vector<platos_slice_t> slices;
    for (const auto& id : ids) slices.push_back(slice_of(id));
    return slices;
  }

  std::shared_ptr<Instance> instance;
  MemorySpace space;
  RecordGate gate;
  std::vector<ports::MemoryRecord> records;
  std::vector<std::string> ids;
  ports::MemoryQuery query;
  ports::MemoryPageRequest page;
  std::string filter_json;
  std::uint64_t number = 0;
};

}  // namespace

MemoryAdapter::MemoryAdapter(std::shared_ptr<Instance> instance, const platos_memory_t* table, WorkerOptions options)
    : instance_(std::move(instance)),
      table_(table),
      calls_(instance_, options, [handle = instance_->handle(), table](platos_call_t& call) {
        if (table->interrupt != nullptr) table->interrupt(handle, &call);
      }) {}

Result<std::shared_ptr<MemoryAdapter>> MemoryAdapter::make(std::shared_ptr<Instance> instance, WorkerOptions options) {
  const auto table = instance->interface_table<platos_memory_t>(PLATOS_MEMORY_INTERFACE);
  if (!table) return fail(table.error());
  const platos_memory_t* t = *table;
  if (t == nullptr || t->describe == nullptr || t->upsert == nullptr || t->fetch == nullptr || t->remove == nullptr ||
      t->search == nullptr || t->list == nullptr) {
    return instance->breach("has no complete table for " PLATOS_MEMORY_INTERFACE);
  }
  std::shared_ptr<MemoryAdapter> adapter(new MemoryAdapter(std::move(instance), t, options));
  if (auto read = adapter->read_description(); !read) return fail(read.error());
  return adapter;
}

Result<void> MemoryAdapter::read_description() {
  TextWriter text(kMaxDescriptionBytes);
  const auto described = instance_->call(
      "memory_", [&](platos_error_t* error) { return table_->describe(instance_->handle(), text.writer(), error); });
  if (!described) return described;
  const auto json = model::parse_bounded(text.text(), "the description");
  const bool readable = json && json->is_object() && json->contains("modes") && (*json)["modes"].is_array();
  if (!readable) return instance_->breach("describe() must write an object with an array \"modes\"");
  const auto has = [&](const char* mode) {
    const auto& modes = (*json)["modes"];
    return std::find(modes.begin(), modes.end(), mode) != modes.end();
  };
  info_.keyword = has("keyword");
  info_.vector = has("vector");
  info_.hybrid = has("hybrid");
  if (!info_.keyword && !info_.vector) return instance_->breach("describe() names no mode that this host knows");
  return {};
}

Task<Result<void>> MemoryAdapter::upsert(ports::CallContext context, std::string collection,
                                         std::vector<ports::MemoryRecord> records, base::CancelToken cancel) {
  auto work = std::make_shared<Work>(instance_, context, std::move(collection), 0);
  work->records = std::move(records);
  for (auto& record : work->records) {
    auto marked = work->space.marked(record.metadata_json);
    if (!marked) co_return fail(marked.error());
    record.metadata_json = std::move(*marked);
  }
  BlockingCalls::Body body = [work, table = table_](platos_call_t& call) {
    const RecordBatch batch(work->records);
    return work->call([&](platos_error_t* error) {
      return table->upsert(work->instance->handle(), &call, work->space.space(), batch.data(), batch.size(), error);
    });
  };
  co_return co_await calls_.run(std::move(context), std::move(cancel), "writing memories", std::move(body));
}

Task<Result<std::vector<ports::MemoryRecord>>> MemoryAdapter::fetch(ports::CallContext context, std::string collection,
                                                                    std::vector<std::string> ids,
                                                                    base::CancelToken cancel) {
  auto work = std::make_shared<Work>(instance_, context, std::move(collection), ids.size());
  work->ids = std::move(ids);
  BlockingCalls::Body body = [work, table = table_](platos_call_t& call) {
    const auto slices = work->id_slices();
    return work->call([&](platos_error_t* error) {
      return table->fetch(work->instance->handle(), &call, work->space.space(), slices.data(), slices.size(),
                          work->gate.table(), error);
    });
  };
  const auto done = co_await calls_.run(std::move(context), std::move(cancel), "reading memories", std::move(body));
  if (!done) co_return fail(done.error());
  std::vector<ports::MemoryRecord> found;
  for (auto& hit : work->gate.take()) {
    if (std::find(work->ids.begin(), work->ids.end(), hit.record.id) == work->ids.end())
      co_return instance_->breach("a record that was not asked for");
    found.push_back(std::move(hit.record));
  }
  co_return found;
}

Task<Result<std::uint64_t>> MemoryAdapter::remove(ports::CallContext context, std::string collection,
                                                  std::vector<std::string> ids, std::string filter_json,
                                                  base::CancelToken cancel) {
  auto work = std::make_shared<Work>(instance_, context, std::move(collection), 0);
  work->ids = std::move(ids);
  work->filter_json = std::move(filter_json);
  BlockingCalls::Body body = [work, table = table_](platos_call_t& call) {
    const auto slices = work->id_slices();
    return work->call([&](platos_error_t* error) {
      return table->remove(work->instance->handle(), &call, work->space.space(), slices.data(), slices.size(),
                           slice_of(work->filter_json), &work->number, error);
    });
  };
  const auto done = co_await calls_.run(std::move(context), std::move(cancel), "removing memories", std::move(body));
  if (!done) co_return fail(done.error());
  co_return work->number;
}

Task<Result<std::vector<ports::MemoryHit>>> MemoryAdapter::search(ports::CallContext context, std::string collection,
                                                                  ports::MemoryQuery query, base::CancelToken cancel) {
  auto work = std::make_shared<Work>(instance_, context, std::move(collection), query.limit);
  work->query = std::move(query);
  BlockingCalls::Body body = [work, table = table_](platos_call_t& call) {
    const ports::MemoryQuery& asked = work->query;
    const platos_memory_query_t given = {sizeof given,
                                         mode_of(asked.mode),
                                         slice_of(asked.text),
                                         asked.vector.data(),
                                         static_cast<std::uint32_t>(asked.vector.size()),
                                         asked.limit,
                                         asked.min_score,
                                         slice_of(asked.filter_json)};
    return work->call([&](platos_error_t* error) {
      return table->search(work->instance->handle(), &call, work->space.space(), &given, work->gate.table(), error);
    });
  };
  const auto done = co_await calls_.run(std::move(context), std::move(cancel), "searching memories", std::move(body));
  if (!done) co_return fail(done.error());
  co_return work->gate.take();
}

Task<Result<ports::MemoryPage>> MemoryAdapter::list(ports::CallContext context, std::string collection,
                                                    ports::MemoryPageRequest request, base::CancelToken cancel) {
  auto work = std::make_shared<Work>(instance_, context, std::move(collection), request.limit);
  work->page = std::move(request);
  BlockingCalls::Body body = [work, table = table_](platos_call_t& call) {
    const platos_memory_page_t given = {sizeof given, work->page.limit, slice_of(work->page.after),
                                        slice_of(work->page.filter_json)};
    return work->call([&](platos_error_t* error) {
      return table->list(work->instance->handle(), &call, work->space.space(), &given, work->gate.table(),
                         &work->number, error);
    });
  };
  const auto done = co_await calls_.run(std::move(context), std::move(cancel), "listing memories", std::move(body));
  if (!done) co_return fail(done.error());
  ports::MemoryPage page;
  for (auto& hit : work->gate.take()) page.records.push_back(std::move(hit.record));
  page.total = work->number;
  co_return page;
}

}  // namespace platos::extension
