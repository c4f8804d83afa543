// A streamed answer of the chat-completions wire, as a vendor sends it: shared input of several benchmarks.
#pragma once

#include <string>
#include <vector>

namespace platos::bench {

/// The data of each event: a role, `tokens` short texts, the finish reason, usage, [DONE].
std::vector<std::string> vendor_events(int tokens);

/// The same as the bytes of a body.
std::string vendor_body(int tokens);

}  // namespace platos::bench
