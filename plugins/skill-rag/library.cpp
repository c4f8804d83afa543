#include "library.hpp"

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>

#include "common/vectors/text_vectors.hpp"

namespace platos::skill_rag {
namespace {

using nlohmann::json;

constexpr std::size_t kDimensions = 384;
constexpr const char* kSources = "sources";
constexpr const char* kChunks = "chunks";
constexpr double kFirstReciprocalRank = 1.0 / 61;  // of both lists of a hybrid search

sdk::MemorySpace space(const sdk::Call& call, const char* collection) {
  return {call.attribute("environment"), collection};
}

/// Hears records from the store.
class Listener {
 public:
  using Hear = std::function<void(const platos_memory_record_t&, double score, double cosine)>;
  explicit Listener(Hear hear) : hear_(std::move(hear)) {}
  sdk::MemorySink sink() const { return sdk::MemorySink(&table_); }

 private:
  Hear hear_;
  platos_memory_sink_t table_{
      sizeof(platos_memory_sink_t), 0, this,
      [](void* self, const platos_memory_record_t* record, double score, double cosine) -> std::int32_t {
        static_cast<Listener*>(self)->hear_(*record, score, cosine);
        return PLATOS_OK;
      }};
};

json metadata_of(const Source& source) {
  return {{"tags", source.tags},
          {"contentType", source.content_type},
          {"ingestedAt", source.ingested_at},
          {"chunkCount", source.chunk_count},
          {"chunkSize", source.chunk_size},
          {"overlap", source.overlap},
          {"inline", source.inline_content}};
}

Source source_of(const platos_memory_record_t& record) {
  const json metadata = json::parse(sdk::view(record.metadata_json));
  return {std::string(sdk::view(record.content)),        metadata.at("tags").get<std::vector<std::string>>(),
          metadata.at("contentType").get<std::string>(), metadata.at("ingestedAt").get<std::string>(),
          metadata.at("chunkCount").get<std::int64_t>(), metadata.at("chunkSize").get<std::int64_t>(),
          metadata.at("overlap").get<std::int64_t>(),    metadata.at("inline").get<bool>()};
}

std::string chunk_id(const std::string& source_id, std::size_t index) {
  const std::string number = std::to_string(index);
  return source_id + "/" + std::string(6 - std::min<std::size_t>(6, number.size()), '0') + number;
}

}  // namespace

Library::Library(sdk::Host host, std::int64_t max_chunks)
    : records_(host, json({{"max_records_per_space", max_chunks}}).dump()), sealer_(host) {}

// Ids are readable in the file: a name is not.
std::string Library::id_of(const sdk::Call& call, std::string_view name) const {
  constexpr char kDigits[] = "0123456789abcdef";
  const std::vector<std::string> tokens = {"source " + std::string(name)};
  std::string out;
  for (const char byte : sealer_.hash(call, tokens)) {
    out += kDigits[static_cast<unsigned char>(byte) >> 4];
    out += kDigits[static_cast<unsigned char>(byte) & 0xF];
  }
  return out;
}

std::optional<Source> Library::find(const sdk::Call& call, std::string_view name) {
  const std::string id = id_of(call, name);
  const std::string_view ids[] = {id};
  std::optional<Source> found;
  const Listener listener([&](const platos_memory_record_t& record, double, double) { found = source_of(record); });
  records_.fetch(call, space(call, kSources), ids, listener.sink());
  return found;
}

std::vector<Source> Library::sources(const sdk::Call& call) {
  std::vector<Source> all;
  const Listener listener(
      [&](const platos_memory_record_t& record, double, double) { all.push_back(source_of(record)); });
  records_.list(call, space(call, kSources), {static_cast<std::uint32_t>(kSourceLimit), {}, {}}, listener.sink());
  std::sort(all.begin(), all.end(), [](const Source& left, const Source& right) { return left.name < right.name; });
  return all;
}

void Library::put(const sdk::Call& call, Source source, const std::vector<Chunk>& chunks) {
  const auto before = find(call, source.name);
  if (!before && sources(call).size() >= kSourceLimit)
    throw sdk::Error(PLATOS_RESOURCE_EXHAUSTED, "this environment has 1000 sources, which is the limit: delete some");
  if (chunks.size() > kChunksPerSourceLimit)
    throw sdk::Error(PLATOS_INVALID_ARGUMENT, "source: expected at most 10000 chunks, found " +
                                                  std::to_string(chunks.size()) + "; use a greater chunkSize");
  const std::string id = id_of(call, source.name);
  source.chunk_count = static_cast<std::int64_t>(chunks.size());
  put_chunks(call, id, source, chunks);
  const std::string metadata = metadata_of(source).dump();
  const sdk::MemoryRecord record = {id, source.name, metadata, {}};
  records_.upsert(call, space(call, kSources), {&record, 1});
  // What the source had more of before. A call that ends in between is repeated, and takes them then.
  std::vector<std::string> left;
  for (std::int64_t i = source.chunk_count; before && i < before->chunk_count; ++i)
    left.push_back(chunk_id(id, static_cast<std::size_t>(i)));
  const std::vector<std::string_view> ids(left.begin(), left.end());
  if (!ids.empty()) records_.remove(call, space(call, kChunks), ids, {});
}

// In one transaction: a search sees all of them or none.
void Library::put_chunks(const sdk::Call& call, const std::string& id, const Source& source,
                         const std::vector<Chunk>& chunks) {
  std::vector<std::string> ids;
  std::vector<std::string> metadata;
  std::vector<std::vector<float>> vectors;
  local_vectors::TextVectors maker(kDimensions);
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    if (i % 64 == 0 && call.is_cancelled()) throw sdk::Error(PLATOS_CANCELLED, "the call was cancelled");
    ids.push_back(chunk_id(id, i));
    metadata.push_back(json({{"source", id},
                             {"sourceUrl", source.name},
                             {"chunkIndex", i},
                             {"repeated", chunks[i].repeated_bytes},
                             {"tags", source.tags}})
                           .dump());
    const auto vector = maker.vector_of(chunks[i].text);
    vectors.emplace_back(vector.begin(), vector.end());
  }
  std::vector<sdk::MemoryRecord> records;
  for (std::size_t i = 0; i < chunks.size(); ++i) records.push_back({ids[i], chunks[i].text, metadata[i], vectors[i]});
  records_.upsert(call, space(call, kChunks), records);
}

std::optional<std::int64_t> Library::remove(const sdk::Call& call, std::string_view name) {
  const auto source = find(call, name);
  if (!source) return std::nullopt;
  const std::string id = id_of(call, name);
  const auto removed = records_.remove(call, space(call, kChunks), {}, json({{"source", id}}).dump());
  const std::string_view ids[] = {id};
  records_.remove(call, space(call, kSources), ids, {});
  return static_cast<std::int64_t>(removed);
}

std::string Library::text_of(const sdk::Call& call, const Source& source) {
  const std::string id = id_of(call, source.name);
  std::vector<std::string> ids;
  for (std::int64_t i = 0; i < source.chunk_count; ++i) ids.push_back(chunk_id(id, static_cast<std::size_t>(i)));
  const std::vector<std::string_view> views(ids.begin(), ids.end());
  std::string text;
  const Listener listener([&](const platos_memory_record_t& record, double, double) {
    const auto repeated = json::parse(sdk::view(record.metadata_json)).at("repeated").get<std::size_t>();
    text += sdk::view(record.content).substr(repeated);
  });
  records_.fetch(call, space(call, kChunks), views, listener.sink());
  return text;
}

std::string Library::filter_of(const sdk::Call& call, const std::vector<std::string>& tags) {
  json ids = json::array();
  for (const Source& source : sources(call)) {
    const bool tagged = std::any_of(tags.begin(), tags.end(), [&](const std::string& tag) {
      return std::find(source.tags.begin(), source.tags.end(), tag) != source.tags.end();
    });
    if (tagged) ids.push_back(id_of(call, source.name));
  }
  return ids.empty() ? std::string() : json({{"source", ids}}).dump();
}

std::vector<FoundChunk> Library::search(const sdk::Call& call, std::string_view query,
                                        const std::vector<std::string>& tags, std::uint32_t limit) {
  const std::string filter = tags.empty() ? std::string() : filter_of(call, tags);
  if (!tags.empty() && filter.empty()) return {};
  local_vectors::TextVectors maker(kDimensions);
  const sdk::MemoryQuery asked = {PLATOS_MEMORY_HYBRID, query, maker.vector_of(query), limit, 0, filter};
  std::vector<FoundChunk> found;
  const Listener listener([&](const platos_memory_record_t& record, double score, double cosine) {
    const json metadata = json::parse(sdk::view(record.metadata_json));
    found.push_back({std::string(sdk::view(record.content)), metadata.at("sourceUrl").get<std::string>(),
                     metadata.at("chunkIndex").get<std::int64_t>(), std::min(1.0, score / (2 * kFirstReciprocalRank)),
                     std::max(0.0, cosine)});
  });
  records_.search(call, space(call, kChunks), asked, listener.sink());
  return found;
}

}  // namespace platos::skill_rag
