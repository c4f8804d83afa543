#include "extension/services/call.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/json.hpp"

namespace platos::extension {
namespace {

struct Meaning {
  std::int32_t status;
  ErrorKind kind;
  const char* suffix;
  bool retryable;  // unless the detail says otherwise
};
constexpr Meaning kMeanings[] = {
    {PLATOS_CANCELLED, ErrorKind::Cancelled, "cancelled", false},
    {PLATOS_INVALID_ARGUMENT, ErrorKind::InvalidArgument, "invalid_request", false},
    {PLATOS_DEADLINE, ErrorKind::Deadline, "timeout", false},
    {PLATOS_NOT_FOUND, ErrorKind::NotFound, "not_found", false},
    {PLATOS_ALREADY_EXISTS, ErrorKind::Conflict, "conflict", false},
    {PLATOS_PERMISSION_DENIED, ErrorKind::PermissionDenied, "permission_denied", false},
    {PLATOS_RESOURCE_EXHAUSTED, ErrorKind::ResourceExhausted, "rate_limited", false},
    {PLATOS_FAILED_PRECONDITION, ErrorKind::FailedPrecondition, "not_ready", false},
    {PLATOS_ABORTED, ErrorKind::Aborted, "aborted", false},
    {PLATOS_UNIMPLEMENTED, ErrorKind::Unimplemented, "unimplemented", false},
    {PLATOS_INTERNAL, ErrorKind::Internal, "bad_response", false},
    {PLATOS_UNAVAILABLE, ErrorKind::Unavailable, "unavailable", true},
    {PLATOS_DATA_LOSS, ErrorKind::DataLoss, "data_loss", false},
    {PLATOS_UNAUTHENTICATED, ErrorKind::Unauthenticated, "unauthenticated", false},
};
constexpr std::size_t kMaxMessageBytes = 2048;

}  // namespace

Error plugin_error(std::int32_t status, const platos_error& error, const std::string& instance,
                   std::string_view prefix) {
  Error result;
  result.kind = ErrorKind::Internal;
  result.code = std::string(prefix) + "failed";
  for (const auto& meaning : kMeanings) {
    if (meaning.status != status) continue;
    result.kind = meaning.kind;
    result.code = std::string(prefix) + meaning.suffix;
    result.retryable = meaning.retryable;
  }
  const std::string text(base::cut_utf8(
      base::is_valid_utf8(error.message) ? error.message : base::printable(error.message, kMaxMessageBytes),
      kMaxMessageBytes));
  result.message =
      instance + ": " + (text.empty() ? "failed with status " + std::to_string(status) + " and no reason" : text);
  if (error.detail_json.empty()) return result;
  const auto detail = model::parse_bounded(error.detail_json, "detail", {64 * 1024, 16, 1000});
  if (!detail || !detail->is_object()) return result;
  const auto retryable = model::optional_bool(*detail, "retryable");
  if (retryable && *retryable) result.retryable = **retryable;
  const auto after = model::optional_integer(*detail, "retry_after_ms", 0, 24LL * 3600 * 1000);
  if (after && *after) result.retry_after_ms = **after;
  return result;
}

std::int32_t status_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::Cancelled: return PLATOS_CANCELLED;
    case ErrorKind::InvalidArgument: return PLATOS_INVALID_ARGUMENT;
    case ErrorKind::Deadline: return PLATOS_DEADLINE;
    case ErrorKind::PermissionDenied: return PLATOS_PERMISSION_DENIED;
    case ErrorKind::FailedPrecondition: return PLATOS_FAILED_PRECONDITION;
    case ErrorKind::ResourceExhausted: return PLATOS_RESOURCE_EXHAUSTED;
    case ErrorKind::TooLarge: return PLATOS_RESOURCE_EXHAUSTED;
    case ErrorKind::Unavailable: return PLATOS_UNAVAILABLE;
    case ErrorKind::Aborted: return PLATOS_ABORTED;
    default: return PLATOS_INTERNAL;
  }
}

std::int32_t refuse(platos_error* error, const Error& reason) {
  return refuse(error, status_of(reason), reason.message);
}

Result<std::string_view> checked_view(platos_slice_t slice, std::size_t max_bytes, std::string_view what) {
  if (slice.size > max_bytes || (slice.size > 0 && slice.data == nullptr)) {
    return fail(
        ErrorKind::Internal, "plugin_breach",
        std::string(what) + ": the plugin claims " + std::to_string(slice.size) + " bytes" +
            (slice.data == nullptr ? " at no address" : "; at most " + std::to_string(max_bytes) + " are taken"));
  }
  return slice.size == 0 ? std::string_view{} : std::string_view{slice.data, slice.size};
}

}  // namespace platos::extension
