// What an answer of the server, or its absence, means for the records that were sent: the rules of OTLP/HTTP. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "platos/cpp/services.hpp"

namespace platos::observer_otlp {

struct Verdict {
  enum class Kind {
    Unspecified = 0,
    Accepted,  ///< `rejected` of them were not, for good
    Retry,     ///< all of them may be sent again
    Refused,   ///< none of them ever will be
  };
  Kind kind = Kind::Unspecified;
  std::size_t rejected = 0;
  std::optional<std::int64_t> retry_after_ms;  ///< what the server asked for
  std::string reason;                          ///< printable, for a log line; empty when all is well
};

/// 2xx is accepted, and what stands in the body is heeded only where it says how many records were rejected
/// (`rejected_member`, such as "rejectedSpans"); 429, 502, 503 and 504 are to be tried again; all others refuse.
/// `sent`: how many records there were. `now_ms`: wall clock.
Verdict judge_answer(const sdk::HttpAnswer& answer, std::string_view rejected_member, std::size_t sent,
                     std::int64_t now_ms);

/// There was no answer. The codes by which the host refuses to send at all (no grant, no secret, an impossible request)
/// are final, since they are the same the next time; the others are to be tried again.
Verdict judge_failure(std::int32_t status);

}  // namespace platos::observer_otlp
