#include "tools/argument_hints.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "model/json.hpp"
#include "tools/discovery.hpp"

namespace platos::tools {
namespace {

using model::Json;

constexpr std::size_t kMaxHintBytes = 15'800;  // the heading and the last line come to it

bool is_required(const Json& schema, const std::string& argument) {
  const auto required = schema.find("required");
  if (required == schema.end() || !required->is_array()) return false;
  return std::any_of(required->begin(), required->end(),
                     [&](const Json& each) { return each.is_string() && each == argument; });
}

// The argument's line, such as "- `q` (required): Words to search for".
std::string line_of(const Json& schema, const std::string& argument) {
  std::string line = "\n- `" + one_line(argument) + "`" + (is_required(schema, argument) ? " (required)" : "");
  const auto properties = schema.find("properties");
  if (properties == schema.end() || !properties->is_object()) return line;
  const auto property = properties->find(argument);
  if (property == properties->end() || !property->is_object()) return line;
  const auto description = model::optional_text(*property, "description");
  if (description && *description && !(*description)->empty()) line += ": " + one_line(**description);
  return line;
}

}  // namespace

void ArgumentHints::add(const model::Tool& tool, const ArgumentPlan& plan) {
  if (plan.origins.empty()) return;
  const auto schema = model::parse_bounded(tool.input_schema_json, "a schema");
  std::string hint = "\n\n### " + tool.model_name + "\n";
  if (plan.left_to_model.empty()) hint += "\nNo arguments: all of them are filled in.";
  for (const auto& argument : plan.left_to_model) {
    hint += line_of(schema && schema->is_object() ? *schema : Json::object(), argument);
  }
  if (text_.size() + hint.size() > kMaxHintBytes) {
    ++left_out_;
    return;
  }
  text_ += hint;
}

std::string ArgumentHints::take() {
  if (text_.empty() && left_out_ == 0) return {};
  std::string block =
      "## Tool argument expectations\n\nGive these tools the arguments below; others are filled in for you.";
  block += text_;
  if (left_out_ > 0) block += "\n\n" + std::to_string(left_out_) + " more tools are not listed here.";
  return block;
}

}  // namespace platos::tools
