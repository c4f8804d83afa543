// A tool of the codec's own, for wires that cannot ask for a form of the answer beside tools: the model calls it with
// the final answer as its arguments.
#pragma once

#include <string>
#include <string_view>

#include "common/provider/canonical_request.hpp"
#include "common/provider/tool_names.hpp"

namespace platos::provider_common {

constexpr std::string_view kAnswerToolDescription =
    "Takes the final answer. Call it once, when the answer is complete.";

/// A name that no tool of the request has on the wire.
std::string answer_tool_name(const CanonicalRequest& request, const ToolNames& names);

}  // namespace platos::provider_common
