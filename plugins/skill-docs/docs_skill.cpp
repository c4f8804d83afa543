#include "docs_skill.hpp"

#include <cmath>
#include <string>

#include "common/bounded_json.hpp"
#include "search_arguments.hpp"

namespace platos::skill_docs {

using plugin_common::in_quotes;

namespace {

constexpr std::string_view kToolName = "search";
constexpr std::string_view kDescription =
    "Search the Platos documentation that is shipped with this server: installation, configuration, agents, models and "
    "providers, threads and runs, tools and skills, plugins, the HTTP API and the command line. Use it for every "
    "question about Platos before answering. Returns the best sections with their title, source file, full markdown "
    "text and score; cite the source. An empty list means that the documentation does not say.";

void write_input_schema(sdk::JsonWriter& out) {
  out.begin_object().key("type").value("object").key("properties").begin_object();
  out.key("query").begin_object();
  out.key("type").value("string").key("minLength").value(1).key("maxLength").value(kQueryCharacterLimit);
  out.key("description").value("What to look for: the question itself, or its important words.");
  out.end_object();
  out.key("limit").begin_object();
  out.key("type").value("integer").key("minimum").value(1).key("maximum").value(kHighestLimit);
  out.key("default").value(kDefaultLimit).key("description").value("How many sections to return at most.");
  out.end_object().end_object();
  out.key("required").begin_array().value("query").end_array();
  out.key("additionalProperties").value(false).end_object();
}

std::string results_json(const std::string& query, const std::vector<SearchIndex::Hit>& hits) {
  std::string json;
  sdk::JsonWriter out(json);
  out.begin_object().key("query").value(query).key("results").begin_array();
  for (const SearchIndex::Hit& hit : hits) {
    out.begin_object().key("title").value(hit.section->title).key("source").value(hit.section->source);
    out.key("text").value(hit.section->text).key("score").value(std::round(hit.score * 1000) / 1000).end_object();
  }
  out.end_array().end_object();
  return json;
}

}  // namespace

DocsSkill::DocsSkill(sdk::Host host, std::string_view config_json) : Skill(host), index_(embedded_sections()) {
  const nlohmann::json config = plugin_common::parse_object(config_json, "configuration of docs", 16);
  if (!config.empty()) plugin_common::refuse("configuration of docs", "no members", in_quotes(config.begin().key()));
}

void DocsSkill::list(sdk::JsonWriter& out) {
  out.begin_array().begin_object();
  out.key("name").value(kToolName).key("title").value("Search the Platos documentation");
  out.key("description").value(kDescription);
  out.key("input_schema");
  write_input_schema(out);
  out.key("effect").value("read").end_object().end_array();
}

void DocsSkill::invoke(sdk::Call, std::string_view name, std::string_view args_json, const sdk::ToolSink& sink) {
  if (name != kToolName) {
    throw sdk::Error(PLATOS_NOT_FOUND, "tool of docs: expected \"search\", found " + in_quotes(name));
  }
  const SearchArguments arguments = parse_search_arguments(args_json);
  sink.json(results_json(arguments.query, index_.search(arguments.query, arguments.limit)));
}

}  // namespace platos::skill_docs
