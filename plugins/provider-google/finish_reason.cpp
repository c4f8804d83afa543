#include "finish_reason.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace platos::provider_google {
namespace {

constexpr std::array<std::pair<std::string_view, Ending>, 14> kEndings = {
    {{"STOP", Ending::Complete},
     {"MAX_TOKENS", Ending::Length},
     {"SAFETY", Ending::Refused},
     {"RECITATION", Ending::Refused},
     {"BLOCKLIST", Ending::Refused},
     {"PROHIBITED_CONTENT", Ending::Refused},
     {"SPII", Ending::Refused},
     {"IMAGE_SAFETY", Ending::Refused},
     {"IMAGE_PROHIBITED_CONTENT", Ending::Refused},
     {"IMAGE_RECITATION", Ending::Refused},
     {"MALFORMED_FUNCTION_CALL", Ending::BrokenCall},
     {"MALFORMED_RESPONSE", Ending::BrokenCall},
     {"UNEXPECTED_TOOL_CALL", Ending::BrokenCall},
     {"MISSING_THOUGHT_SIGNATURE", Ending::BadSignature}}};

}  // namespace

Ending ending_of(std::string_view finish_reason) noexcept {
  const auto found =
      std::find_if(kEndings.begin(), kEndings.end(), [&](const auto& known) { return known.first == finish_reason; });
  return found == kEndings.end() ? Ending::Other : found->second;
}

}  // namespace platos::provider_google
