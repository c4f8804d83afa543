#include "tool_rules.hpp"

#include "common/provider/answer_tool.hpp"

namespace platos::provider_google {
namespace {

/// Leaves the declaration open.
void begin_declaration(sdk::JsonWriter& json, std::string_view name, std::string_view raw_schema) {
  json.begin_object().key("name").value(name);
  // The vendor wants a type in every schema, and takes none for a tool without parameters.
  if (has_members(raw_schema)) json.key("parametersJsonSchema").raw(raw_schema);
}

}  // namespace

ToolRules::ToolRules(const CanonicalRequest& source, const ToolNames& names) : source_(source), names_(names) {
  const bool vendor_decides = source.vendor_has("tools") || source.vendor_has("toolConfig");
  const bool has_form = source.raw_response_schema && !vendor_decides;
  offers_tools_ = !source.tools.empty() && !(has_form && source.tool_choice == "none");
  if (has_form && offers_tools_) answer_tool_ = answer_tool_name(source, names);
}

void ToolRules::write(sdk::JsonWriter& json) const {
  if (!offers_tools_) return;
  if (!source_.vendor_has("tools")) write_tools(json);
  if (!source_.vendor_has("toolConfig")) write_choice(json);
}

void ToolRules::write_tools(sdk::JsonWriter& json) const {
  json.key("tools").begin_array().begin_object().key("functionDeclarations").begin_array();
  for (const RequestTool& tool : source_.tools) {
    begin_declaration(json, names_.wire_name(tool.raw_name_text), tool.raw_schema);
    if (tool.raw_description) json.key("description").raw(*tool.raw_description);
    json.end_object();
  }
  if (!answer_tool_.empty()) {
    begin_declaration(json, answer_tool_, *source_.raw_response_schema);
    json.key("description").value(kAnswerToolDescription).end_object();
  }
  json.end_array().end_object().end_array();
}

void ToolRules::write_choice(sdk::JsonWriter& json) const {
  if (!source_.tool_choice && answer_tool_.empty()) return;
  const std::string_view choice = source_.tool_choice.value_or("required");
  json.key("toolConfig").begin_object().key("functionCallingConfig").begin_object().key("mode");
  if (choice == "none") {
    json.value("NONE");
  } else if (choice == "auto" && answer_tool_.empty()) {
    json.value("AUTO");
  } else {
    json.value("ANY");
    if (choice != "auto" && choice != "required") {
      json.key("allowedFunctionNames").begin_array().value(names_.wire_name(choice)).end_array();
    }
  }
  json.end_object().end_object();
}

}  // namespace platos::provider_google
