// The arguments of the tools. Pure functions; any thread. Each throws Error(PLATOS_INVALID_ARGUMENT) that names the
// tool, the argument, what was expected and what was found.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace platos::skill_rag {

inline constexpr std::size_t kArgumentBytesLimit = 48 * 1024 * 1024;  ///< a PDF comes in base64
inline constexpr std::size_t kSourcesAtOnce = 20;
inline constexpr std::size_t kSourceNameBytes = 2048;
inline constexpr std::size_t kTagLimit = 20;

struct IngestArguments {
  std::vector<std::string> sources;
  std::optional<std::string> content;  ///< bytes
  std::string content_type;
  std::vector<std::string> tags;
  std::int64_t chunk_size = 1000;
  std::int64_t overlap = 200;
};

struct RetrieveArguments {
  std::string query;
  std::int64_t top_k = 8;
  std::vector<std::string> filter_tags;
  bool rerank = false;
};

IngestArguments read_ingest(std::string_view args_json);
RetrieveArguments read_retrieve(std::string_view args_json);
/// {sourceUrl}
std::string read_source_url(std::string_view tool, std::string_view args_json);
void read_nothing(std::string_view tool, std::string_view args_json);

}  // namespace platos::skill_rag
