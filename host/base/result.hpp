// What a fallible function returns: a value, or an Error that a caller may meet and handle.
#pragma once

#include <cstdint>
#include <string>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace platos::base {

/// The family of an error: decides the HTTP status, the CLI exit code and whether a retry makes sense.
enum class ErrorKind {
  Unspecified,
  Cancelled,
  InvalidArgument,
  Unauthenticated,
  PermissionDenied,
  NotFound,
  Conflict,            ///< the state of the thing forbids it now
  TooLarge,            ///< over a size limit
  UnsupportedMedia,    ///< a body in a form that is not read
  Mismatch,            ///< an idempotency key used again with another body
  ResourceExhausted,   ///< a rate limit or quota
  FailedPrecondition,  ///< something must be configured or started first
  Deadline,
  Unavailable,  ///< try again later
  Aborted,      ///< lost against another writer
  Unimplemented,
  DataLoss,
  Internal,
};

/// `code` is the stable machine word (such as "turn_in_progress"); `message` is one sentence for a person that names
/// what, where, expected, found, and what to do. Never holds a secret.
struct Error {
  ErrorKind kind = ErrorKind::Internal;
  std::string code;
  std::string message;
  bool retryable = false;
  std::int64_t retry_after_ms = 0;
  std::vector<std::string> validation_errors;
  std::string limited_by = {};  ///< of a rate limit: "user_per_minute"; else empty
  std::int64_t limit = 0;       ///< of a rate limit
};

template <typename T>
using Result = tl::expected<T, Error>;

/// `return fail(ErrorKind::NotFound, "not_found", "...")`.
inline tl::unexpected<Error> fail(ErrorKind kind, std::string code, std::string message) {
  Error error;
  error.kind = kind;
  error.code = std::move(code);
  error.message = std::move(message);
  return tl::unexpected<Error>(std::move(error));
}
inline tl::unexpected<Error> fail(Error error) { return tl::unexpected<Error>(std::move(error)); }

}  // namespace platos::base

namespace platos {
using base::Error;
using base::ErrorKind;
using base::fail;
using base::Result;
}  // namespace platos
