// The details that Google's APIs put into their errors: a list of objects, each of its own kind.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/provider/json_reading.hpp"

namespace platos::provider_common {

struct RpcDetails {
  std::string reason;                          ///< of ErrorInfo, such as API_KEY_INVALID; may be empty
  std::optional<std::int64_t> retry_delay_ms;  ///< of RetryInfo, from 0 to kMaxRetryAfterMs
};

/// Takes what it knows and passes over the rest, also a `value` of another type. Throws for what is not JSON.
void read_rpc_details(ondemand::value& value, RpcDetails& details);

}  // namespace platos::provider_common
