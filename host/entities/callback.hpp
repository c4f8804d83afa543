// Calls by HTTP: for entities that are not connected and gave an address.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/loop.hpp"
#include "egress/client.hpp"
#include "entities/call_frames.hpp"

namespace platos::entities {

/// Which addresses may be called back. Immutable; any thread.
class CallbackRules {
 public:
  /// `hosts`: of the operator, "host" (at the ports of http and https) or "host:port". These may be anywhere and speak
  /// plain HTTP; all others must be public, by https. What is neither form allows nothing.
  explicit CallbackRules(const std::vector<std::string>& hosts);

  egress::HostTrust trust_of(std::string_view url) const;
  /// Errors of egress::check_url(); InvalidArgument "invalid_url" for one over 2048 bytes.
  Result<void> check(const std::string& url) const;

 private:
  struct Host {
    std::string name;
    std::uint16_t port = 0;  // 0: those of http and https
  };
  static std::optional<Host> read_host(const std::string& text);
  std::vector<Host> hosts_;
};

/// One call of an entity that is not connected. A value.
struct Callback {
  std::string url;
  std::string secret;
  egress::HostTrust trust = egress::HostTrust::Tenant;
  std::int64_t due_us = 0;  ///< monotonic
};

/// POSTs the call, signed, once: on a connection of its own, and redirects are not followed. The bytes of a good
/// answer, not looked at. FailedPrecondition "callback_unreachable", "callback_refused" (a status of 3xx): nothing was
/// called. ResourceExhausted "rate_limit" with retry_after_ms; Aborted "tool_failed" with what it says; TooLarge
/// "tool_output_too_large". Deadline "entity_timeout" and Unavailable "entity_connection_lost" (also when a gateway
/// says that it lost its backend): it may have had its effect. No message names the address: it may bear secrets.
Task<Result<std::string>> call_back(base::Loop& loop, egress::Client& client, OutgoingCall call, Callback callback,
                                    base::CancelToken cancel);

}  // namespace platos::entities
