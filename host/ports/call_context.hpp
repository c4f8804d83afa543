// The operation that a call into a plugin belongs to.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "model/scope.hpp"
#include "model/tool_rules.hpp"

namespace platos::ports {

using TraceId = std::array<std::uint8_t, 16>;
using SpanId = std::array<std::uint8_t, 8>;

/// A value.
struct CallContext {
  model::Scope scope;
  std::string user_id;
  std::string run_id;
  std::string agent_id;
  std::string thread_id;
  std::string session_json;              ///< of a tool call: what is known of the session and its user; empty: nothing
  std::string user_token = {};           ///< of a tool call: the user's own, for the customer's tools; never logged
  std::string idempotency_key;           ///< of a tool call
  std::int64_t deadline_us = INT64_MAX;  ///< monotonic
  TraceId trace_id{};                    ///< all zero: not traced
  SpanId span_id{};                      ///< of the span that the call is made in
  model::AllowedTools allowed_tools;     ///< of a tool call: what its turn may use; null: all that its agent may
};

}  // namespace platos::ports
