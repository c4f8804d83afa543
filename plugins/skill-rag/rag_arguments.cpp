#include "rag_arguments.hpp"

#include <algorithm>

#include "common/base64.hpp"
#include "common/bounded_json.hpp"

namespace platos::skill_rag {
namespace {

using nlohmann::json;
using plugin_common::describe;
using plugin_common::in_quotes;
using plugin_common::refuse;

/// The arguments of one call.
class Arguments {
 public:
  Arguments(std::string_view tool, std::string_view args_json, const std::vector<std::string_view>& known)
      : tool_(tool) {
    const std::string what = "arguments of " + tool_;
    if (args_json.size() > kArgumentBytesLimit) refuse(what, "at most 48 MiB", "more");
    object_ = plugin_common::parse_object(args_json, what, 8);
    for (const auto& member : object_.items()) {
      if (std::find(known.begin(), known.end(), member.key()) == known.end())
        refuse(what, "only what the tool's schema names", in_quotes(member.key()));
    }
  }

  bool has(const char* name) const { return object_.contains(name); }
  std::string named(const char* name) const { return "argument \"" + std::string(name) + "\" of " + tool_; }

  std::string text(const char* name, std::size_t most) const {
    const auto found = object_.find(name);
    if (found == object_.end()) return {};
    if (!found->is_string()) refuse(named(name), "a text", describe(*found));
    const auto& value = found->get_ref<const std::string&>();
    if (value.size() > most)
      refuse(named(name), "at most " + std::to_string(most) + " bytes", std::to_string(value.size()) + " bytes");
    return value;
  }
  std::string needed_text(const char* name, std::size_t most) const {
    std::string value = text(name, most);
    if (value.empty()) refuse(named(name), "a text", "none");
    return value;
  }
  std::vector<std::string> texts(const char* name, std::size_t most, std::size_t bytes) const {
    const auto found = object_.find(name);
    if (found == object_.end()) return {};
    const json list = found->is_string() ? json::array({*found}) : *found;
    const bool fits =
        list.is_array() && list.size() <= most && std::all_of(list.begin(), list.end(), [&](const json& each) {
          return each.is_string() && !each.get_ref<const std::string&>().empty() &&
                 each.get_ref<const std::string&>().size() <= bytes;
        });
    if (!fits)
      refuse(named(name), "at most " + std::to_string(most) + " texts of 1 to " + std::to_string(bytes) + " bytes",
             describe(*found));
    return list.get<std::vector<std::string>>();
  }
  std::int64_t integer(const char* name, std::int64_t least, std::int64_t most, std::int64_t otherwise) const {
    const auto found = object_.find(name);
    return found == object_.end() ? otherwise : plugin_common::integer_between(named(name), *found, least, most);
  }
  bool flag(const char* name) const {
    const auto found = object_.find(name);
    if (found == object_.end()) return false;
    if (!found->is_boolean()) refuse(named(name), "true or false", describe(*found));
    return found->get<bool>();
  }

 private:
  std::string tool_;
  json object_;
};

}  // namespace

IngestArguments read_ingest(std::string_view args_json) {
  const Arguments given("rag_ingest_document", args_json,
                        {"source", "content", "contentBase64", "contentType", "tags", "chunkSize", "overlap"});
  IngestArguments out;
  out.sources = given.texts("source", kSourcesAtOnce, kSourceNameBytes);
  if (out.sources.empty()) refuse(given.named("source"), "a URL or a name", "none");
  if (given.has("content") && given.has("contentBase64"))
    refuse(given.named("content"), "either content or contentBase64", "both");
  if (given.has("content")) out.content = given.text("content", kArgumentBytesLimit);
  if (given.has("contentBase64")) {
    out.content = plugin_common::from_base64(given.text("contentBase64", kArgumentBytesLimit));
    if (!out.content) refuse(given.named("contentBase64"), "base64", "another text");
  }
  if (out.content && out.sources.size() != 1)
    refuse(given.named("source"), "one name, as the content is given", std::to_string(out.sources.size()));
  out.content_type = given.text("contentType", 200);
  out.tags = given.texts("tags", kTagLimit, 64);
  out.chunk_size = given.integer("chunkSize", 200, 4000, 1000);
  out.overlap = given.integer("overlap", 0, 1000, std::min<std::int64_t>(200, out.chunk_size / 2));
  if (out.overlap > out.chunk_size / 2)
    refuse(given.named("overlap"), "at most half of chunkSize, which is " + std::to_string(out.chunk_size),
           std::to_string(out.overlap));
  return out;
}

RetrieveArguments read_retrieve(std::string_view args_json) {
  const Arguments given("rag_retrieve", args_json, {"query", "topK", "filterTags", "rerank"});
  RetrieveArguments out;
  out.query = given.needed_text("query", 8 * 1024);
  out.top_k = given.integer("topK", 1, 50, 8);
  out.filter_tags = given.texts("filterTags", kTagLimit, 64);
  out.rerank = given.flag("rerank");
  return out;
}

std::string read_source_url(std::string_view tool, std::string_view args_json) {
  return Arguments(tool, args_json, {"sourceUrl"}).needed_text("sourceUrl", kSourceNameBytes);
}

void read_nothing(std::string_view tool, std::string_view args_json) { Arguments(tool, args_json, {}); }

}  // namespace platos::skill_rag
