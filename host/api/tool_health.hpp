// How the tools of an environment did lately.
#pragma once

#include <map>
#include <string>

#include "api/api.hpp"
#include "store/tool_audit.hpp"

namespace platos::api {

/// By model name; of the newest 20,000 calls of 30 days.
using ToolHealths = std::map<std::string, store::ToolHealth>;
Task<Result<ToolHealths>> health_of_tools(const Services& services, const Call& call);

}  // namespace platos::api
