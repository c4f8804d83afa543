// What holds for every error of the host, whatever it was given.
#pragma once

#include "base/result.hpp"
#include "base/text.hpp"
#include "fuzz/property.hpp"

namespace platos::fuzz {

/// It has a kind, a code and a message that may go into a log line and into JSON.
inline void require_clean(const Error& error) {
  require(error.kind != ErrorKind::Unspecified && error.kind != ErrorKind::Internal, "a refusal has its kind");
  require(!error.code.empty() && !error.message.empty(), "a refusal has a code and a message");
  require(base::is_valid_utf8(error.message), "the message is UTF-8");
  for (const std::string& each : error.validation_errors) require(base::is_valid_utf8(each), "so is each of its parts");
}

}  // namespace platos::fuzz
