// The tools: what each takes, and the function that answers it. Immutable; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platos/cpp/json_writer.hpp"
#include "tool_arguments.hpp"

namespace platos::skill_csv {

struct Parameter {
  std::string_view name;
  bool required;
  /// Writes the members of the parameter's JSON Schema into an open object.
  void (*write_schema)(sdk::JsonWriter& out);
};

struct Tool {
  std::string_view name;
  std::string_view title;
  std::string_view description;
  std::vector<Parameter> parameters;
  /// The JSON text of the answer. Throws Error(PLATOS_INVALID_ARGUMENT) and Error(PLATOS_CANCELLED).
  std::string (*answer)(const ToolArguments& arguments, const Cancellation& cancellation);
};

const std::vector<Tool>& tools();

}  // namespace platos::skill_csv
