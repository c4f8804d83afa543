// What is known of one environment: sources, and their chunks, which are searched by words and by vectors.
//
// Thread-safe. All of it is sealed at rest, and belongs to the environment of the call: no other call finds it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chunks.hpp"
#include "common/records/sqlite_memory.hpp"
#include "platos/cpp/services.hpp"

namespace platos::skill_rag {

inline constexpr std::size_t kSourceLimit = 1000;  ///< of an environment
inline constexpr std::size_t kChunksPerSourceLimit = 10'000;

struct Source {
  std::string name;  ///< a URL, or what the caller calls it
  std::vector<std::string> tags;
  std::string content_type;
  std::string ingested_at;
  std::int64_t chunk_count = 0;
  std::int64_t chunk_size = 0;
  std::int64_t overlap = 0;
  bool inline_content = false;  ///< given by the caller, not fetched
};

struct FoundChunk {
  std::string content;
  std::string source;
  std::int64_t index = 0;
  double score = 0;
  double cosine = 0;
};

class Library {
 public:
  /// Throws Error when the instance has no state folder.
  Library(sdk::Host host, std::int64_t max_chunks);

  /// Puts the source in the place of what has its name. RESOURCE_EXHAUSTED when it would be too much.
  void put(const sdk::Call& call, Source source, const std::vector<Chunk>& chunks);
  std::optional<Source> find(const sdk::Call& call, std::string_view name);
  std::vector<Source> sources(const sdk::Call& call);
  /// The number of chunks that went; nullopt when there is no such source.
  std::optional<std::int64_t> remove(const sdk::Call& call, std::string_view name);
  /// The text that the chunks of a source were cut from.
  std::string text_of(const sdk::Call& call, const Source& source);

  /// The best `limit` chunks, of sources that have one of `tags`, if there are any. Best first; scores from 0 to 1.
  std::vector<FoundChunk> search(const sdk::Call& call, std::string_view query, const std::vector<std::string>& tags,
                                 std::uint32_t limit);

 private:
  std::string id_of(const sdk::Call& call, std::string_view name) const;
  void put_chunks(const sdk::Call& call, const std::string& id, const Source& source, const std::vector<Chunk>& chunks);
  std::string filter_of(const sdk::Call& call, const std::vector<std::string>& tags);

  records::SqliteMemory records_;
  sdk::Sealer sealer_;
};

}  // namespace platos::skill_rag
