// Idempotency-Keys in the store: what a request with a key has made before. Internal to agent.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "store/tool_calls.hpp"

namespace platos::agent {

/// InvalidArgument "invalid_field".
Result<void> check_key(const std::string& key);

/// The id of what the request with this key made within 24 hours. Without a key there is none. Mismatch
/// "idempotency_mismatch" when that was another request.
Result<std::optional<std::string>> made_by_key(store::Session& session, const model::Scope& scope,
                                               const store::IdempotencyRow& wanted, std::int64_t now_us);

/// In the commit that makes it. Without a key nothing is kept.
void keep_key(store::Session& session, const model::Scope& scope, store::IdempotencyRow row, const std::string& made_id,
              std::int64_t now_us);

}  // namespace platos::agent
