// A call on its way to an entity: what is said, and the signature over it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "model/scope.hpp"
#include "ports/call_context.hpp"

namespace platos::entities {

/// One call, ready to be sent as often as it takes. A value.
struct OutgoingCall {
  model::Scope scope;
  std::string entity;  ///< its own id
  std::string tool;
  std::string arguments_json;  ///< one compact object, with `_context` where there is one
  std::string user_id;
  std::string user_token;  ///< opaque; never logged
  std::string agent_id;
  std::string thread_id;
  std::string idempotency_key;
  std::string traceparent;  ///< W3C; empty: not traced
  std::int64_t deadline_us = INT64_MAX;
};

/// The parts of an attempt that the signature covers.
struct Stamp {
  std::string call_id;  ///< a UUID, of this attempt
  std::string timestamp;
  std::string nonce;
};
Stamp make_stamp(std::int64_t wall_us);

/// InvalidArgument "invalid_arguments": no object, a member `__platos`, or a `_context` that is none.
/// `_context` is what the agent's mapping copies of the session: whoever resolves arguments writes it, no model can.
Result<OutgoingCall> make_call(const ports::CallContext& context, std::string entity, std::string tool,
                               std::string_view arguments_json);

/// {"method":"tools/call","params":{"name":...,"arguments":...}}: exactly these bytes are signed, and they are the
/// body of a callback.
std::string signed_body(const OutgoingCall& call);
/// Lower-case hex of HMAC-SHA-256 over "<timestamp>.<nonce>.<body>".
std::string signature_of(std::string_view secret, const Stamp& stamp, std::string_view body);

/// Of a callback: who, for whom, which call, and the signature.
using Headers = std::vector<std::pair<std::string, std::string>>;
Headers callback_headers(const OutgoingCall& call, const Stamp& stamp, std::string_view signature);

/// The frame `tool_call`.
std::string call_frame(const OutgoingCall& call, const Stamp& stamp, std::string_view secret);

}  // namespace platos::entities
