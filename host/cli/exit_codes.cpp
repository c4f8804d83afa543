#include "cli/exit_codes.hpp"

namespace platos::cli {

int exit_code_of(const Error& error) {
  if (error.code == kUsageError) return kExitUsage;
  switch (error.kind) {
    case ErrorKind::NotFound: return kExitNotFound;
    case ErrorKind::Unauthenticated:
    case ErrorKind::PermissionDenied: return kExitDenied;
    case ErrorKind::Unavailable:
    case ErrorKind::Deadline: return kExitUnavailable;
    default: return kExitFailed;
  }
}

}  // namespace platos::cli
