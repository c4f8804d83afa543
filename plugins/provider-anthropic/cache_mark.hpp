// The mark up to which the vendor keeps a request for the next one.
#pragma once

#include "platos/cpp/json_writer.hpp"

namespace platos::provider_anthropic {

/// Writes one member into the object that is open. A request may have four marks; we set at most three.
inline void write_cache_mark(sdk::JsonWriter& json) { json.key("cache_control").raw(R"({"type":"ephemeral"})"); }

}  // namespace platos::provider_anthropic
