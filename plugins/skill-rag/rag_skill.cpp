#include "rag_skill.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <set>

#include "common/bounded_json.hpp"
#include "confined_text.hpp"
#include "tools.hpp"

namespace platos::skill_rag {
namespace {

using nlohmann::json;
using plugin_common::in_quotes;

std::int64_t max_chunks_of(std::string_view config_json) {
  const json config = plugin_common::parse_object(config_json, "configuration of rag", 8);
  for (const auto& member : config.items()) {
    if (member.key() != "url_prefix" && member.key() != "max_chunks")
      plugin_common::refuse("configuration of rag", "url_prefix and max_chunks", in_quotes(member.key()));
  }
  if (!config.contains("max_chunks")) return 100'000;
  return plugin_common::integer_between("configuration of rag, max_chunks", config["max_chunks"], 100, 1'000'000);
}

bool is_url(std::string_view source) { return source.starts_with("https://") || source.starts_with("http://"); }

void check_cancelled(const sdk::Call& call) {
  if (call.is_cancelled()) throw sdk::Error(PLATOS_CANCELLED, "the call was cancelled");
}

std::set<std::string> words_of(std::string_view text) {
  std::set<std::string> words;
  std::string word;
  for (const char byte : std::string(text) + ' ') {
    const bool letter = (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || (byte & 0x80) != 0;
    if (letter || (byte >= 'A' && byte <= 'Z')) {
      word += letter ? byte : static_cast<char>(byte - 'A' + 'a');
    } else if (!word.empty()) {
      words.insert(std::exchange(word, {}));
    }
  }
  return words;
}

// By how many of the question's words a chunk has, and by how near it is: the ranks of the search count no more.
void rerank(std::vector<FoundChunk>& chunks, std::string_view query) {
  const auto wanted = words_of(query);
  for (FoundChunk& chunk : chunks) {
    const auto words = words_of(chunk.content);
    const auto there =
        std::count_if(wanted.begin(), wanted.end(), [&](const std::string& word) { return words.count(word) > 0; });
    const double covered = wanted.empty() ? 0 : static_cast<double>(there) / static_cast<double>(wanted.size());
    chunk.score = (covered + chunk.cosine) / 2;
  }
  std::stable_sort(chunks.begin(), chunks.end(),
                   [](const FoundChunk& left, const FoundChunk& right) { return left.score > right.score; });
}

}  // namespace

RagSkill::RagSkill(sdk::Host host, std::string_view config_json)
    : Skill(host), library_(host, max_chunks_of(config_json)), program_(installed_program()) {}

void RagSkill::list(sdk::JsonWriter& out) { write_tools(out); }

void RagSkill::invoke(sdk::Call call, std::string_view name, std::string_view args_json, const sdk::ToolSink& sink) {
  check_cancelled(call);
  std::string answer;
  if (name == "rag_ingest_document") {
    answer = ingest(call, read_ingest(args_json));
  } else if (name == "rag_retrieve") {
    answer = retrieve(call, read_retrieve(args_json));
  } else if (name == "rag_delete_source") {
    answer = remove(call, read_source_url(name, args_json));
  } else if (name == "rag_reindex") {
    answer = reindex(call, read_source_url(name, args_json));
  } else if (name == "rag_list_sources") {
    read_nothing(name, args_json);
    answer = list_sources(call);
  } else {
    throw sdk::Error(PLATOS_NOT_FOUND, "tool of rag: expected one that it lists, found " + in_quotes(name));
  }
  sink.json(answer);
}

std::string RagSkill::now_text() const {
  const std::time_t seconds = host().table()->now_ns(host().table(), PLATOS_CLOCK_WALL) / 1'000'000'000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  char text[32];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts)};
}

Document RagSkill::fetch(const sdk::Call& call, const std::string& url) const {
  if (!is_url(url))
    throw sdk::Error(PLATOS_INVALID_ARGUMENT,
                     "source " + in_quotes(url) + ": expected a URL with http or https, or the text in content");
  const auto answer = sdk::http_exchange(
      host(), call, "GET", url, {{"Accept", "text/markdown, text/html, text/plain, application/pdf"}}, {}, 20'000);
  if (answer.status != 200)
    throw sdk::Error(PLATOS_INVALID_ARGUMENT, "source " + in_quotes(url) + ": expected the answer 200, found " +
                                                  std::to_string(answer.status) + "; redirects are not followed");
  Document document{answer.body, {}, url};
  for (const auto& [name, value] : answer.headers) {
    if (name.size() == 12 && (name[0] | 0x20) == 'c' && (name.substr(7) == "-type" || name.substr(7) == "-Type"))
      document.content_type = value;
  }
  return document;
}

std::int64_t RagSkill::store(const sdk::Call& call, Source source, const std::string& text) {
  const auto chunks =
      cut_chunks(text, static_cast<std::size_t>(source.chunk_size), static_cast<std::size_t>(source.overlap));
  source.ingested_at = now_text();
  library_.put(call, std::move(source), chunks);
  return static_cast<std::int64_t>(chunks.size());
}

std::string RagSkill::ingest(const sdk::Call& call, const IngestArguments& arguments) {
  json ingested = json::array();
  json failed = json::array();
  std::int64_t total = 0;
  for (const std::string& name : arguments.sources) {
    check_cancelled(call);
    try {
      Document document =
          arguments.content ? Document{*arguments.content, arguments.content_type, name} : fetch(call, name);
      if (!arguments.content_type.empty()) document.content_type = arguments.content_type;
      const std::string text = text_of(document, program_, [&] { check_cancelled(call); });
      Source source{name, arguments.tags,       document.content_type, {},
                    0,    arguments.chunk_size, arguments.overlap,     arguments.content.has_value()};
      const std::int64_t count = store(call, std::move(source), text);
      ingested.push_back({{"sourceUrl", name}, {"chunkCount", count}});
      total += count;
    } catch (const sdk::HostFailure& failure) {
      // Its reason stands in the call's error already; with several sources the others still count.
      if (arguments.sources.size() == 1 || failure.code() == PLATOS_CANCELLED) throw;
      failed.push_back({{"sourceUrl", name}, {"error", "could not be fetched or stored"}});
    } catch (const sdk::Error& error) {
      if (arguments.sources.size() == 1 || error.code() == PLATOS_CANCELLED) throw;
      failed.push_back({{"sourceUrl", name}, {"error", error.what()}});
    }
  }
  json answer = {{"ingested", ingested}, {"totalChunks", total}};
  if (!failed.empty()) answer["failed"] = failed;
  return answer.dump();
}

std::string RagSkill::retrieve(const sdk::Call& call, const RetrieveArguments& arguments) {
  const auto top = static_cast<std::uint32_t>(arguments.top_k);
  auto chunks = library_.search(call, arguments.query, arguments.filter_tags, arguments.rerank ? 4 * top : top);
  if (arguments.rerank) rerank(chunks, arguments.query);
  if (chunks.size() > top) chunks.resize(top);
  json list = json::array();
  for (const FoundChunk& chunk : chunks) {
    list.push_back({{"content", chunk.content},
                    {"sourceUrl", chunk.source},
                    {"chunkIndex", chunk.index},
                    {"score", std::round(chunk.score * 10'000) / 10'000}});
  }
  return json({{"chunks", list}, {"totalChunks", list.size()}, {"reranked", arguments.rerank}}).dump();
}

std::string RagSkill::remove(const sdk::Call& call, const std::string& source) {
  const auto removed = library_.remove(call, source);
  return json({{"sourceUrl", source}, {"deleted", removed.has_value()}, {"chunkCount", removed.value_or(0)}}).dump();
}

std::string RagSkill::list_sources(const sdk::Call& call) {
  json list = json::array();
  for (const Source& source : library_.sources(call)) {
    list.push_back({{"sourceUrl", source.name},
                    {"chunkCount", source.chunk_count},
                    {"tags", source.tags},
                    {"contentType", source.content_type},
                    {"ingestedAt", source.ingested_at}});
  }
  return json({{"sources", list}, {"total", list.size()}}).dump();
}

std::string RagSkill::reindex(const sdk::Call& call, const std::string& name) {
  auto source = library_.find(call, name);
  if (!source)
    throw sdk::Error(PLATOS_INVALID_ARGUMENT,
                     "source " + in_quotes(name) + ": expected one of rag_list_sources, found none of that name");
  std::string text;
  const bool refetched = !source->inline_content;
  if (refetched) {
    const Document document = fetch(call, name);
    if (!document.content_type.empty()) source->content_type = document.content_type;
    text = text_of({document.bytes, source->content_type, name}, program_, [&] { check_cancelled(call); });
  } else {
    text = library_.text_of(call, *source);
  }
  const std::int64_t count = store(call, std::move(*source), text);
  return json({{"sourceUrl", name}, {"chunkCount", count}, {"refetched", refetched}}).dump();
}

}  // namespace platos::skill_rag
