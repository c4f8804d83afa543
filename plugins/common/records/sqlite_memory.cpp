#include "sqlite_memory.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "checks.hpp"
#include "limits.hpp"
#include "platos/cpp/services.hpp"

namespace platos::records {
namespace {

constexpr std::size_t kPollWrites = 16;
constexpr std::size_t kPollVectors = 256;

/// How far the lists go that are fused: what is second-rate in both may be first-rate in sum.
std::size_t fusion_depth(std::uint32_t limit) { return std::max<std::size_t>(100, std::size_t{4} * limit); }

std::vector<std::int64_t> rows_of_ids(Tables& tables, const Space& space, std::span<const std::string_view> ids) {
  std::set<std::int64_t> rows;
  for (const std::string_view id : ids) {
    if (const auto row = tables.find_record(space, id)) rows.insert(*row);
  }
  return {rows.begin(), rows.end()};
}

std::vector<std::int64_t> rows_that_match(Tables& tables, const Space& space, const Filter& filter) {
  std::vector<std::int64_t> rows;
  tables.for_each(space, [&](const RecordHead& head) {
    if (meets(head, filter)) rows.push_back(head.record);
    return true;
  });
  return rows;
}

void send(const sdk::MemorySink& sink, const StoredRecord& record, double score, double cosine) {
  sink.record({record.id, record.content, record.metadata_json, record.vector}, score, cosine);
}

}  // namespace

SqliteMemory::SqliteMemory(sdk::Host host, std::string_view config_json)
    : Memory(host),
      config_(parse_config(config_json)),
      folder_(sdk::state_dir(Memory::host())),
      sealer_(Memory::host()),
      cache_(config_.cache_bytes) {}

Database& SqliteMemory::sealed_database(const SpaceSeal& seal, const Stop& stop) {
  {
    const std::lock_guard lock(open_mutex_);
    if (database_ == nullptr) database_ = std::make_unique<Database>(folder_);
  }
  if (database_->has_readable_spaces()) seal_old_space(seal, stop);
  return *database_;
}

// In steps: what one call has no time for, the next one goes on with.
void SqliteMemory::seal_old_space(const SpaceSeal& seal, const Stop& stop) {
  {
    // Others may wait for ever for their tenant: this one need not stand in line for that.
    Database::Reading reading(*database_, stop);
    const auto target = Tables(reading.session(), seal).find_space();
    if (!target || target->is_sealed) return;
  }
  for (bool more = true; more;) {
    stop.check();
    Database::Writing writing(*database_, stop);
    Tables tables(writing.session(), seal);
    const auto target = tables.find_space();
    if (!target || target->is_sealed) return;
    more = tables.seal_some(*target);
    more = tables.merge_index() || more;
    if (!more) tables.mark_sealed(*target);
    writing.commit();
    if (!more) writing.erase_traces();
  }
}

void SqliteMemory::describe(sdk::JsonWriter& out) {
  out.begin_object().key("modes").begin_array().value("keyword").value("vector").value("hybrid").end_array();
  out.key("max_records_per_space").value(config_.max_records_per_space).end_object();
}

void SqliteMemory::upsert(sdk::Call call, const sdk::MemorySpace& space, std::span<const sdk::MemoryRecord> records) {
  check_space(call, space);
  for (const sdk::MemoryRecord& record : records) check_record(record);
  if (records.empty()) return;
  const Stop stop(host(), call);
  const SpaceSeal seal(sealer_, call, space);
  Database::Writing writing(sealed_database(seal, stop), stop);
  Tables tables(writing.session(), seal);
  const auto known = tables.find_space();
  Space target = known ? *known : tables.make_space();
  check_dimensions(target, records);
  std::vector<std::int64_t> rows;
  for (sdk::MemoryRecord record : records) {
    if (rows.size() % kPollWrites == 0) stop.check();
    if (record.metadata_json.empty()) record.metadata_json = "{}";
    rows.push_back(tables.put(target, record));
    if (target.records > config_.max_records_per_space) {
      throw sdk::Error(PLATOS_RESOURCE_EXHAUSTED, "the space is full: it may hold " +
                                                      std::to_string(config_.max_records_per_space) +
                                                      " records (max_records_per_space)");
    }
  }
  commit(writing, tables, target, [&](VectorIndex& index) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (records[i].vector.empty()) {
        index.erase(rows[i]);
      } else {
        index.put(rows[i], records[i].id, records[i].vector);
      }
    }
  });
}

void SqliteMemory::commit(Database::Writing& writing, Tables& tables, const Space& space, const IndexChange& change) {
  tables.save(space);
  const bool merges = merge_pending_ || tables.has_unindexed();
  merge_pending_ = true;
  const bool more_to_merge = merges && tables.merge_index();
  {
    const auto entry = cache_.entry(space.number);
    VectorCache::Entry::Exclusive exclusive(*entry);
    writing.commit();
    try {
      if (exclusive.index() != nullptr) change(*exclusive.index());
      if (space.vectors == 0) exclusive.set(nullptr);
      exclusive.update_bytes();
    } catch (const std::exception&) {
      // The file has the change. The next search loads it from there.
      exclusive.set(nullptr);
    }
  }
  merge_pending_ = more_to_merge;
  cache_.trim();
}

std::uint64_t SqliteMemory::remove(sdk::Call call, const sdk::MemorySpace& space, std::span<const std::string_view> ids,
                                   std::string_view filter_json) {
  check_space(call, space);
  if (ids.empty() && filter_json.empty()) {
    throw sdk::Error(PLATOS_INVALID_ARGUMENT, "remove: expected ids or a filter (\"{}\" removes all), found neither");
  }
  const Filter filter(ids.empty() ? filter_json : std::string_view());
  const Stop stop(host(), call);
  const SpaceSeal seal(sealer_, call, space);
  Database::Writing writing(sealed_database(seal, stop), stop);
  Tables tables(writing.session(), seal);
  auto target = tables.find_space();
  if (!target) return 0;
  const auto rows = ids.empty() ? rows_that_match(tables, *target, filter) : rows_of_ids(tables, *target, ids);
  if (rows.empty()) return 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i % kPollWrites == 0) stop.check();
    tables.erase(*target, rows[i]);
  }
  commit(writing, tables, *target, [&](VectorIndex& index) {
    for (const std::int64_t row : rows) index.erase(row);
  });
  writing.erase_traces();
  return rows.size();
}

void SqliteMemory::fetch(sdk::Call call, const sdk::MemorySpace& space, std::span<const std::string_view> ids,
                         const sdk::MemorySink& sink) {
  check_space(call, space);
  const Stop stop(host(), call);
  const SpaceSeal seal(sealer_, call, space);
  std::vector<StoredRecord> found;
  {
    Database::Reading reading(sealed_database(seal, stop), stop);
    reading.begin_snapshot();
    Tables tables(reading.session(), seal);
    std::set<std::string_view> asked;
    const auto target = tables.find_space();
    for (const std::string_view id : ids) {
      if (!target || !asked.insert(id).second) continue;
      const auto row = tables.find_record(*target, id);
      if (!row) continue;
      found.push_back(tables.read(*row));
      found.back().vector = tables.vector_of(*row);
    }
  }
  for (const StoredRecord& record : found) send(sink, record, 0, sdk::MemorySink::kNoCosine);
}

void SqliteMemory::search(sdk::Call call, const sdk::MemorySpace& space, const sdk::MemoryQuery& query,
                          const sdk::MemorySink& sink) {
  check_space(call, space);
  check_query(query);
  const Filter filter(query.filter_json);
  const Stop stop(host(), call);
  stop.check();
  const SpaceSeal seal(sealer_, call, space);
  std::vector<Hit> hits;
  std::vector<StoredRecord> records;
  {
    Database::Reading reading(sealed_database(seal, stop), stop);
    hits = ranked(reading, seal, query, filter, stop);
    Tables tables(reading.session(), seal);
    for (const Hit& hit : hits) records.push_back(tables.read(hit.record));
  }
  // The host may be slow to take them: nothing is held by now.
  for (std::size_t i = 0; i < hits.size(); ++i) send(sink, records[i], hits[i].score, hits[i].cosine);
}

std::vector<Hit> SqliteMemory::ranked(Database::Reading& reading, const SpaceSeal& seal, const sdk::MemoryQuery& query,
                                      const Filter& filter, const Stop& stop) {
  if (query.mode == PLATOS_MEMORY_VECTOR) return nearest(reading, seal, query, filter, stop, query.limit);
  const bool fuses = query.mode == PLATOS_MEMORY_HYBRID;
  const std::size_t depth = fuses ? fusion_depth(query.limit) : query.limit;
  std::vector<Hit> vectors;
  if (fuses) {
    vectors = nearest(reading, seal, query, filter, stop, depth);
  } else {
    reading.begin_snapshot();
  }
  Tables tables(reading.session(), seal);
  const auto target = tables.find_space();
  if (!target) return {};
  Search search(tables, *target, filter, stop);
  const std::vector<Hit> words = search.by_words(query.text, depth);
  return fuses ? search.fused(words, vectors, query.vector, query.limit) : words;
}

std::vector<Hit> SqliteMemory::nearest(Database::Reading& reading, const SpaceSeal& seal, const sdk::MemoryQuery& query,
                                       const Filter& filter, const Stop& stop, std::size_t limit) {
  Tables tables(reading.session(), seal);
  for (;;) {
    stop.check();
    const auto known = tables.find_space();
    const auto entry = cache_.entry(known ? known->number : 0);
    if (known) load(*entry, reading, seal, stop);
    const VectorCache::Entry::Shared shared(*entry);
    reading.begin_snapshot();
    const auto target = tables.find_space();
    if ((target ? target->number : 0) != (known ? known->number : 0)) {
      // Emptied and filled again meanwhile: the lock belongs to a space that is no more.
      reading.end_snapshot();
      continue;
    }
    if (!target) return {};
    check_dimensions(*target, query.vector);
    return Search(tables, *target, filter, stop).by_vector(query.vector, query.min_score, limit, shared.index());
  }
}

void SqliteMemory::load(VectorCache::Entry& entry, Database::Reading& reading, const SpaceSeal& seal,
                        const Stop& stop) {
  if (VectorCache::Entry::Shared(entry).index() != nullptr) return;
  {
    VectorCache::Entry::Exclusive exclusive(entry);
    Tables tables(reading.session(), seal);
    reading.begin_snapshot();
    const auto target = tables.find_space();
    const std::size_t count = target ? static_cast<std::size_t>(target->vectors) : 0;
    const std::size_t dimensions = target ? static_cast<std::size_t>(target->dimensions) : 0;
    const bool wanted = count > 0 && cache_.fits(VectorIndex::bytes_of(dimensions, count));
    if (exclusive.index() == nullptr && wanted) {
      auto made = std::make_unique<VectorIndex>(dimensions);
      made->reserve(count);
      std::size_t done = 0;
      tables.for_each_vector(*target, [&](std::int64_t record, std::string_view id, std::span<const float> vector) {
        if (++done % kPollVectors == 0) stop.check();
        made->put(record, id, vector);
      });
      exclusive.set(std::move(made));
    }
    reading.end_snapshot();
  }
  cache_.trim();
}

std::uint64_t SqliteMemory::list(sdk::Call call, const sdk::MemorySpace& space, const sdk::MemoryPage& page,
                                 const sdk::MemorySink& sink) {
  check_space(call, space);
  check_limit(page.limit);
  const Filter filter(page.filter_json);
  const Stop stop(host(), call);
  const SpaceSeal seal(sealer_, call, space);
  std::vector<StoredRecord> records;
  std::uint64_t total = 0;
  {
    Database::Reading reading(sealed_database(seal, stop), stop);
    reading.begin_snapshot();
    Tables tables(reading.session(), seal);
    const auto target = tables.find_space();
    if (!target) return 0;
    if (filter.matches_all()) {
      records = tables.page(*target, page.after, page.limit);
      total = static_cast<std::uint64_t>(target->records);
    } else {
      tables.for_each(*target, [&](const RecordHead& head) {
        if (!meets(head, filter)) return true;
        ++total;
        if (head.id > page.after && records.size() < page.limit) records.push_back(tables.read(head.record));
        return true;
      });
    }
  }
  for (const StoredRecord& record : records) send(sink, record, 0, sdk::MemorySink::kNoCosine);
  return total;
}

}  // namespace platos::records
