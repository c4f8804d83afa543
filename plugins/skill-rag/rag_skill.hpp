// The component "rag": documents that an environment's agents are given, cut into chunks, and found again.
//
// Calls run in parallel.
#pragma once

#include <string>
#include <string_view>

#include "document.hpp"
#include "library.hpp"
#include "platos/cpp/skill.hpp"
#include "rag_arguments.hpp"

namespace platos::skill_rag {

inline constexpr const char* kConfigSchema = R"({
  "type": "object", "additionalProperties": false, "properties": {
    "url_prefix": {"type": "string", "pattern": "^https?://[^/?#*]+/", "maxLength": 1024,
                   "description": "Documents are fetched from URLs that begin so; without it from none."},
    "max_chunks": {"type": "integer", "minimum": 100, "maximum": 1000000, "default": 100000,
                   "description": "Chunks that one environment may keep."}}})";

class RagSkill : public sdk::Skill {
 public:
  /// Throws Error on a bad configuration, or when the instance has no state folder.
  RagSkill(sdk::Host host, std::string_view config_json);

  void list(sdk::JsonWriter& out) override;
  void invoke(sdk::Call call, std::string_view name, std::string_view args_json, const sdk::ToolSink& sink) override;

 private:
  std::string ingest(const sdk::Call& call, const IngestArguments& arguments);
  std::string retrieve(const sdk::Call& call, const RetrieveArguments& arguments);
  std::string remove(const sdk::Call& call, const std::string& source);
  std::string list_sources(const sdk::Call& call);
  std::string reindex(const sdk::Call& call, const std::string& source);
  Document fetch(const sdk::Call& call, const std::string& url) const;
  std::int64_t store(const sdk::Call& call, Source source, const std::string& text);
  std::string now_text() const;

  Library library_;
  std::string program_;
};

}  // namespace platos::skill_rag
