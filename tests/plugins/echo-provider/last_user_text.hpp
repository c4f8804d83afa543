// Reads the one thing that this provider needs from a canonical chat request.
#pragma once

#include <string>
#include <string_view>

/// The JSON string (still escaped, without quotes) of the last text part in the request; empty when there is none.
/// Enough here, because the bytes go out as JSON again. A provider that reads more of the request compiles a JSON
/// library in privately: its symbols stay hidden.
std::string last_text(std::string_view request_json);
