// The tools as the host is told of them.
#pragma once

#include "platos/cpp/json_writer.hpp"

namespace platos::skill_rag {

void write_tools(sdk::JsonWriter& out);

}  // namespace platos::skill_rag
