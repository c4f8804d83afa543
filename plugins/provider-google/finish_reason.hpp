// Why the vendor says that an answer ended.
#pragma once

#include <string_view>

namespace platos::provider_google {

enum class Ending {
  Unspecified,
  Complete,
  Length,
  Refused,
  Other,
  BrokenCall,   ///< the model wrote a call that is none: there is no answer, and another try may give one
  BadSignature  ///< the vendor misses a signature in the request
};

/// Other for a word that is not known.
Ending ending_of(std::string_view finish_reason) noexcept;

}  // namespace platos::provider_google
