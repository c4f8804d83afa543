// Why a vendor refuses, as far as its words tell. Vendors with the same wire differ in status, code and type for the
// same thing; some say it in the text alone.
#pragma once

#include <string_view>

#include "common/provider/vendor_error.hpp"

namespace platos::provider_common {

enum class RefusalReason {
  Unspecified,
  WrongKey,
  NoQuota,  ///< the account has no money or allowance left: asking again does not fill it
  RateLimit,
  NoModel,
  ContextTooLong,
  Safety,         ///< stopped by the vendor's safety system
  BrokenToolCall  ///< the model wrote a tool call that the vendor cannot read
};

struct RecognisedRefusal {
  RefusalReason reason = RefusalReason::Unspecified;
  std::string_view word;  ///< a constant: the vendor's own code or type, or the usual code for what its text says
};

/// By code and type first, then by the text. Pure; any thread.
RecognisedRefusal recognise_refusal(const VendorError& error);

}  // namespace platos::provider_common
