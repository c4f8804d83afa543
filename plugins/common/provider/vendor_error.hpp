// What a vendor says when it refuses, and the status that it becomes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/provider/rpc_details.hpp"
#include "platos/cpp/error.hpp"

namespace platos::provider_common {

struct VendorError {
  std::string message;      ///< one line of UTF-8, cut, without keys; never empty
  std::string code;         ///< error.code as text; may be empty
  std::string type;         ///< error.type; may be empty
  std::string status = {};  ///< error.status, Google's word for its code, such as RESOURCE_EXHAUSTED; may be empty
  RpcDetails details = {};  ///< error.details
  int code_as_number = 0;   ///< error.code when it is a number, which then is an HTTP status; else 0
};

/// Reads {"error": {...}}, with or without {"type": "error"}, {"error": "text"}, {"message", "type", "code"},
/// {"detail": ...}, {"fault": {"faultstring"}}, or one of them in an array; {"metadata": {"raw"}}, in which a router
/// quotes its upstream, is put after the message. Anything else, such as a proxy's HTML, is the message as it stands,
/// made printable. Never throws for its content.
VendorError parse_vendor_error(std::string_view body);

/// The failure for an answer with a status other than 2xx. `endpoint` names the vendor in the text. What the vendor's
/// words tell (refusal_reason.hpp) goes before what its status tells; provider_code is then their word.
/// `retry_after_ms` is of the header, and counts more than the delay in the error.
sdk::Error http_failure(std::string_view endpoint, std::int32_t http_status, const VendorError& error,
                        std::optional<std::int64_t> retry_after_ms);

/// The failure for an error that came in place of an answer, or in the middle of it, under status 200.
sdk::Error in_answer_failure(std::string_view endpoint, const VendorError& error);

/// A failure without a word of the vendor.
sdk::Error plain_failure(std::int32_t code, const std::string& message, bool retryable);

/// INTERNAL with `reason` and the beginning of `data`, without keys.
sdk::Error broken_answer_failure(const std::string& endpoint, const std::string& reason, std::string_view data);

/// Throws for a transport that failed before the answer was complete.
void check_transport(const std::string& endpoint, std::int32_t transport_status);

}  // namespace platos::provider_common
