#include "common/provider/answer_tool.hpp"

#include <algorithm>

namespace platos::provider_common {

std::string answer_tool_name(const CanonicalRequest& request, const ToolNames& names) {
  std::string name = "give_answer";
  const auto is_taken = [&](const RequestTool& tool) { return names.wire_name(tool.raw_name_text) == name; };
  while (std::any_of(request.tools.begin(), request.tools.end(), is_taken)) name += '_';
  return name;
}

}  // namespace platos::provider_common
