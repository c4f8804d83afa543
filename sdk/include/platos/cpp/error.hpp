// The exception that becomes a status at the boundary, and the guard that makes it one.
#pragma once

#include <cstdint>
#include <exception>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include "platos/cpp/slice.hpp"
#include "platos/host.h"

namespace platos::sdk {
inline namespace v1_0 {

/// Throw this from any overridden function. `detail_json` may carry http_status, retry_after_ms, retryable,
/// provider_code (see platos_host_t::error_set).
class Error : public std::runtime_error {
 public:
  Error(std::int32_t code, const std::string& message, std::string detail_json = {})
      : std::runtime_error(message), code_(code), detail_json_(std::move(detail_json)) {}

  std::int32_t code() const noexcept { return code_; }
  const std::string& detail_json() const noexcept { return detail_json_; }

 private:
  std::int32_t code_;
  std::string detail_json_;
};

/// Returns from a codec when the host's sink refused an event; carries the sink's status and no text of its own.
class SinkClosed : public Error {
 public:
  explicit SinkClosed(std::int32_t code) : Error(code, "the host takes no more output") {}
};

/// Passes on a failure of a host service, which has left its reason in the error slot already.
class HostFailure : public Error {
 public:
  explicit HostFailure(std::int32_t code) : Error(code, "a host service failed") {}
};

/// Runs `body`; an exception becomes error text and a status. Nothing ever leaves an extern "C" function.
template <typename Body>
std::int32_t guard(const platos_host_t* host, platos_error_t* error, Body&& body) noexcept {
  const auto report = [&](std::int32_t code, const char* message, const std::string& detail) noexcept {
    host->error_set(host, error, code, slice(message), slice(detail));
    return code;
  };
  try {
    body();
    return PLATOS_OK;
  } catch (const HostFailure& failure) {
    return failure.code();
  } catch (const Error& failure) {
    return report(failure.code(), failure.what(), failure.detail_json());
  } catch (const std::bad_alloc&) {
    return report(PLATOS_RESOURCE_EXHAUSTED, "out of memory", {});
  } catch (const std::exception& failure) {
    return report(PLATOS_INTERNAL, failure.what(), {});
  } catch (...) {
    return report(PLATOS_INTERNAL, "an exception of unknown type", {});
  }
}

}  // namespace v1_0
}  // namespace platos::sdk
