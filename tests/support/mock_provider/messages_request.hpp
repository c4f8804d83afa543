// Reads the body of a Messages request into what an answer depends on.
#pragma once

#include "mock_provider/chat_request.hpp"
#include "mock_provider/mock_provider.hpp"

namespace platos::tests::mock {

/// What a thought of the mock is signed with. A thought that comes back under another signature is refused.
inline constexpr const char* kThoughtSignature = "c2lnbmVkLWJ5LW1vY2s=";

/// Throws RefusedRequest (see behaviour.hpp) for what the vendor would refuse: a missing x-api-key (401) or
/// anthropic-version, missing or mistyped members, no max_tokens, roles that do not alternate, empty texts, results
/// without their call, calls without their results, foreign signatures, thinking beside a temperature, a forced tool or
/// too low a limit, more than four cache marks.
ChatRequest parse_messages_request(const ReceivedRequest& received);

}  // namespace platos::tests::mock
