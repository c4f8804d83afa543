#include "csv_skill.hpp"

#include <algorithm>

#include "common/bounded_json.hpp"
#include "tools.hpp"

namespace platos::skill_csv {

using plugin_common::in_quotes;
using plugin_common::refuse;

namespace {

void write_input_schema(const Tool& tool, sdk::JsonWriter& out) {
  out.begin_object().key("type").value("object").key("properties").begin_object();
  for (const Parameter& parameter : tool.parameters) {
    out.key(parameter.name).begin_object();
    parameter.write_schema(out);
    out.end_object();
  }
  out.end_object().key("required").begin_array();
  for (const Parameter& parameter : tool.parameters) {
    if (parameter.required) out.value(parameter.name);
  }
  out.end_array().key("additionalProperties").value(false).end_object();
}

}  // namespace

CsvSkill::CsvSkill(sdk::Host host, std::string_view config_json) : Skill(host) {
  const nlohmann::json config = plugin_common::parse_object(config_json, "configuration of csv", 16);
  if (!config.empty()) refuse("configuration of csv", "no members", in_quotes(config.begin().key()));
}

void CsvSkill::list(sdk::JsonWriter& out) {
  out.begin_array();
  for (const Tool& tool : tools()) {
    out.begin_object().key("name").value(tool.name).key("title").value(tool.title);
    out.key("description").value(tool.description).key("input_schema");
    write_input_schema(tool, out);
    out.key("effect").value("read").end_object();
  }
  out.end_array();
}

void CsvSkill::invoke(sdk::Call call, std::string_view name, std::string_view args_json, const sdk::ToolSink& sink) {
  const auto tool = std::find_if(tools().begin(), tools().end(), [&](const Tool& each) { return each.name == name; });
  if (tool == tools().end()) {
    throw sdk::Error(PLATOS_NOT_FOUND, "tool of csv: expected one that it lists, found " + in_quotes(name));
  }
  std::vector<std::string_view> known;
  for (const Parameter& parameter : tool->parameters) known.push_back(parameter.name);
  const Cancellation cancellation(call);
  cancellation.check();
  const ToolArguments arguments(name, args_json, known, cancellation);
  const std::string answer = tool->answer(arguments, cancellation);
  cancellation.check();
  sink.json(answer);
}

}  // namespace platos::skill_csv
