// The host's side of the two opaque types that cross the ABI with every call.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "platos/host.h"
#include "ports/chat_provider.hpp"

/// One operation. Shared between the thread that works on it and the loop that may give it up.
struct platos_call {
  platos::ports::CallContext context;
  std::atomic<bool> cancelled{false};
};

/// Where a plugin leaves the reason of a failure.
struct platos_error {
  std::int32_t code = 0;
  std::string message;
  std::string detail_json;
};

namespace platos::extension {

/// What a plugin handed over, checked: a size beyond `max_bytes`, or no data behind a size, is refused.
Result<std::string_view> checked_view(platos_slice_t slice, std::size_t max_bytes, std::string_view what);

/// The error of a failed provider call: kind from the status, code "provider_...", retry facts from the detail.
Error provider_error(std::int32_t status, const platos_error& error, const std::string& instance);
/// The same for a tool call: code "tool_...".
Error tool_error(std::int32_t status, const platos_error& error, const std::string& instance);

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
