// Appending JSON text to a string: for paths that are too hot for a document tree.
#pragma once

#include <string>
#include <string_view>

namespace platos::base {

/// Appends `text` as a JSON string with quotes. Invalid UTF-8 becomes U+FFFD, so the result is always valid JSON.
void append_json_string(std::string& out, std::string_view text);

}  // namespace platos::base
