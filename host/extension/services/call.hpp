// The host's side of the two opaque types that cross the ABI with every call.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "platos/host.h"
#include "ports/call_context.hpp"
#include "telemetry/tracer.hpp"

/// One operation. Shared between the thread that works on it and the loop that may give it up.
struct platos_call {
  platos::ports::CallContext context;
  std::atomic<bool> cancelled{false};
  std::mutex spans_mutex;
  std::map<std::uint64_t, platos::telemetry::Span> spans;  ///< that the plugin started
  std::uint64_t next_span = 1;
};

/// Where a plugin leaves the reason of a failure.
struct platos_error {
  std::int32_t code = 0;
  std::string message;
  std::string detail_json;
};

namespace platos::extension {

/// Borrows from `text`.
inline platos_slice_t slice_of(std::string_view text) { return {text.data(), text.size()}; }

/// What a plugin handed over, checked: a size beyond `max_bytes`, or no data behind a size, is refused.
Result<std::string_view> checked_view(platos_slice_t slice, std::size_t max_bytes, std::string_view what);

/// The error of a failed call: kind from the status, retry facts from the detail, and a code that begins with `prefix`,
/// such as "provider_" or "tool_".
Error plugin_error(std::int32_t status, const platos_error& error, const std::string& instance,
                   std::string_view prefix);

/// What a plugin reads when a service ended with this error.
std::int32_t status_of(const Error& error);

/// What a service answers to a plugin whose call it does not take.
inline std::int32_t refuse(platos_error* error, std::int32_t code, std::string message) {
  if (error != nullptr) *error = {code, std::move(message), {}};
  return code;
}

/// The same for an error of the host.
std::int32_t refuse(platos_error* error, const Error& reason);

/// Runs a call into a plugin. An exception that crosses the C boundary is a breach: `breach` hears what, and the result
/// is PLATOS_INTERNAL.
template <typename Call, typename OnBreach>
std::int32_t call_plugin(Call&& call, OnBreach&& breach) {
  try {
    return call();
  } catch (...) {
    breach("an exception crossed the C boundary");
    return PLATOS_INTERNAL;
  }
}

}  // namespace platos::extension
