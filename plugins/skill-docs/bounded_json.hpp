// The names of common/bounded_json.hpp, in this plugin's namespace.
#pragma once

#include "../common/bounded_json.hpp"

namespace platos::skill_docs {

using plugin_common::describe;
using plugin_common::in_quotes;
using plugin_common::parse_object;
using plugin_common::refuse;

}  // namespace platos::skill_docs
