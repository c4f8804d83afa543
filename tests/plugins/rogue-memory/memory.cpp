// A memory in raw C tables. It keeps records like an honest one, and breaks the contract where it gives them out, in
// the way its configuration names: {"mode": "...", "dimensions"?: "2"}.
#include <algorithm>
#include <limits>
#include <map>
#include <mutex>
#include <stdexcept>
#include <vector>

#include "rogue-kit/rogue_kit.hpp"

using platos::sdk::slice;
using platos::sdk::view;

namespace {

// What the tests look for wherever a model could see it. No memory of any user says this.
constexpr std::string_view kForeign = "FOREIGN-CANARY of another tenant";

struct Record {
  std::string id;
  std::string content;
  std::string metadata_json;
};

struct Store {
  Store(const platos_host_t* its_host, std::string_view config)
      : host(its_host), mode(rogue::member(config, "mode")), dimensions(rogue::member(config, "dimensions")) {
    if (mode == "create_throws") throw std::runtime_error("thrown by create");
  }
  const platos_host_t* host;
  const std::string mode;
  const std::string dimensions;
  std::mutex mutex;
  std::map<std::string, std::map<std::string, Record>> spaces;
};

Store& store_of(platos_instance_t* handle) { return rogue::object_of<Store>(handle); }

std::map<std::string, Record>& records_of(Store& store, const platos_memory_space_t* space) {
  return store.spaces[std::string(view(space->tenant)) + "/" + std::string(view(space->collection))];
}

platos_memory_record_t to_record(const Record& record) {
  return {sizeof(platos_memory_record_t), 0,      slice(record.id), slice(record.content),
          slice(record.metadata_json),    nullptr};
}

std::int32_t give(const platos_memory_sink_t* sink, const platos_memory_record_t& record, double score = 1,
                  double cosine = -2) {
  return sink->record(sink->context, &record, score, cosine);
}

/// A record that says kForeign, with the metadata that each kind of mixing up leaves.
Record foreign_record(const Store& store, const Record& own) {
  Record foreign = {"mem_foreign", std::string(kForeign), R"({"kind":"fact"})"};
  const std::string mark = rogue::member(own.metadata_json, "_platos_space");
  if (store.mode == "mark_swapped") foreign.metadata_json = R"({"_platos_space":"00112233445566778899aabbccddeeff"})";
  if (store.mode == "mark_shortened") foreign.metadata_json = R"({"_platos_space":")" + mark.substr(0, 16) + R"("})";
  if (store.mode == "mark_nested") foreign.metadata_json = R"({"data":{"_platos_space":")" + mark + R"("}})";
  if (store.mode == "mark_in_array") foreign.metadata_json = R"(["_platos_space",")" + mark + R"("])";
  if (store.mode == "metadata_not_json") foreign.metadata_json = R"({"_platos_space":")" + mark;
  return foreign;
}

bool mixes_up(const std::string& mode) { return mode.starts_with("mark_") || mode == "metadata_not_json"; }

/// Gives `own`, spoilt. Deaf to what the sink answers.
void give_spoilt(const Store& store, const Record& own, const platos_memory_sink_t* sink) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  const float values[2] = {1, std::numeric_limits<float>::quiet_NaN()};
  const std::string& mode = store.mode;
  platos_memory_record_t record = to_record(own);
  const std::string half = own.content + "caf\xC3";
  if (mode == "record_null") {
    (void)sink->record(sink->context, nullptr, 1, 1);
    return;
  }
  if (mode == "record_small") record.struct_size = 8;
  if (mode == "content_half_character") record.content = slice(half);
  if (mode == "metadata_half_character") record.metadata_json = slice("{\"a\":\"\xC3\"}");
  if (mode == "content_nowhere") record.content = {nullptr, 10};
  if (mode == "content_huge") record.content.size = std::numeric_limits<std::size_t>::max();
  if (mode == "id_huge") record.id.size = 129;
  if (mode == "vector_nan") record.vector = values;
  if (mode == "vector_nan") record.dimensions = 2;
  if (mode == "vector_nowhere") record.dimensions = 2;
  if (mode == "vector_huge") record.vector = values;
  if (mode == "vector_huge") record.dimensions = std::numeric_limits<std::uint32_t>::max();
  (void)give(sink, record, mode == "score_nan" ? kNan : 1,
             mode == "cosine_infinite" ? std::numeric_limits<double>::infinity() : 1);
}

std::int32_t describe(platos_instance_t* instance, const platos_writer_t* writer, platos_error_t*) {
  const Store& store = store_of(instance);
  if (store.mode == "describe_throws") throw 42;
  if (store.mode == "describe_hangs") rogue::hang();
  if (store.mode == "describe_not_json") return rogue::write(writer, "{\"modes\": [oops");
  if (store.mode == "describe_no_modes") return rogue::write(writer, R"({"modes":["telepathy"]})");
  if (store.mode == "describe_size_lies") return writer->write(writer->context, {nullptr, 10});
  const std::string modes = R"({"modes":["keyword","vector","hybrid"])";
  return rogue::write(writer, modes + (store.dimensions.empty() ? "" : ",\"dimensions\":" + store.dimensions) + "}");
}

std::int32_t upsert(platos_instance_t* instance, platos_call_t*, const platos_memory_space_t* space,
                    const platos_memory_record_t* const* records, std::size_t count, platos_error_t* error) {
  Store& store = store_of(instance);
  if (store.mode == "upsert_throws") throw std::runtime_error("thrown by upsert");
  if (store.mode == "upsert_hangs") rogue::hang();
  if (store.mode == "upsert_unavailable")
    return rogue::refuse(store.host, error, PLATOS_UNAVAILABLE, "the disk sleeps");
  const std::lock_guard lock(store.mutex);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string id(view(records[i]->id));
    records_of(store, space)[id] = {id, std::string(view(records[i]->content)),
                                    std::string(view(records[i]->metadata_json))};
  }
  return PLATOS_OK;
}

std::int32_t fetch(platos_instance_t* instance, platos_call_t*, const platos_memory_space_t* space,
                   const platos_slice_t* ids, std::size_t count, const platos_memory_sink_t* sink, platos_error_t*) {
  Store& store = store_of(instance);
  if (store.mode == "fetch_throws") throw 42;
  const std::lock_guard lock(store.mutex);
  auto& records = records_of(store, space);
  if (store.mode == "fetch_stranger" && !records.empty()) {
    Record stranger = records.begin()->second;
    stranger.id = "mem_stranger";
    return give(sink, to_record(stranger));
  }
  for (std::size_t i = 0; i < count; ++i) {
    const auto found = records.find(std::string(view(ids[i])));
    if (found != records.end()) (void)give(sink, to_record(found->second));
  }
  return PLATOS_OK;
}

std::int32_t remove(platos_instance_t* instance, platos_call_t*, const platos_memory_space_t* space,
                    const platos_slice_t* ids, std::size_t count, platos_slice_t, std::uint64_t* removed,
                    platos_error_t*) {
  Store& store = store_of(instance);
  const std::lock_guard lock(store.mutex);
  for (std::size_t i = 0; i < count; ++i) *removed += records_of(store, space).erase(std::string(view(ids[i])));
  return PLATOS_OK;
}

/// Failures that need no record. PLATOS_OK: go on.
std::int32_t fail_first(const Store& store, std::string_view function, platos_error_t* error) {
  const std::string name(function);
  if (store.mode == name + "_throws") throw std::runtime_error("thrown by " + name);
  if (store.mode == name + "_hangs") rogue::hang();
  if (store.mode == name + "_unavailable")
    return rogue::refuse(store.host, error, PLATOS_UNAVAILABLE, "the index sleeps");
  return PLATOS_OK;
}

std::int32_t search(platos_instance_t* instance, platos_call_t*, const platos_memory_space_t* space,
                    const platos_memory_query_t* query, const platos_memory_sink_t* sink, platos_error_t* error) {
  Store& store = store_of(instance);
  if (const auto status = fail_first(store, "search", error); status != PLATOS_OK) return status;
  const std::lock_guard lock(store.mutex);
  auto& records = records_of(store, space);
  if (records.empty()) return PLATOS_OK;
  const Record& own = records.begin()->second;
  if (store.mode == "too_many") {
    for (std::uint32_t i = 0; i <= query->limit; ++i) (void)give(sink, to_record(own));
    return PLATOS_OK;
  }
  if (mixes_up(store.mode)) {
    (void)give(sink, to_record(own));
    (void)give(sink, to_record(foreign_record(store, own)));
    return PLATOS_OK;
  }
  if (store.mode != "works") return give_spoilt(store, own, sink), PLATOS_OK;
  for (const auto& [id, record] : records) {
    // By words: the query's last word must be in the content. By meaning: everything is near.
    const std::string text(view(query->text));
    const bool by_words = query->mode == PLATOS_MEMORY_KEYWORD;
    if (by_words && record.content.find(text.substr(text.rfind(' ') + 1)) == std::string::npos) continue;
    if (give(sink, to_record(record), 1, by_words ? -2 : 1) != PLATOS_OK) return PLATOS_CANCELLED;
  }
  return PLATOS_OK;
}

std::int32_t list(platos_instance_t* instance, platos_call_t*, const platos_memory_space_t* space,
                  const platos_memory_page_t* page, const platos_memory_sink_t* sink, std::uint64_t* total,
                  platos_error_t* error) {
  Store& store = store_of(instance);
  if (const auto status = fail_first(store, "list", error); status != PLATOS_OK) return status;
  const std::lock_guard lock(store.mutex);
  auto& records = records_of(store, space);
  *total = records.size();
  std::uint32_t given = 0;
  for (const auto& [id, record] : records) {
    if (given++ < page->limit) (void)give(sink, to_record(record));
    if (mixes_up(store.mode)) (void)give(sink, to_record(foreign_record(store, record)));
  }
  return PLATOS_OK;
}

const platos_memory_t kMemory = {sizeof(platos_memory_t), 0, describe, upsert, fetch, remove, search, list, nullptr};

}  // namespace

ROGUE_ENTRY(Store, kMemory, PLATOS_MEMORY_INTERFACE);
