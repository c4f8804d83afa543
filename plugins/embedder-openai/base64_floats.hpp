// Vectors as the wire's base64: 32-bit floats, little-endian. Pure function; any thread.
#pragma once

#include <string_view>
#include <vector>

namespace platos::embedder_openai {

/// Appends the floats that `text` holds, whatever their values. Padding may be left out. False, with some of them
/// appended, when it is not base64 or does not end between two floats.
bool append_base64_floats(std::string_view text, std::vector<float>& out);

}  // namespace platos::embedder_openai
