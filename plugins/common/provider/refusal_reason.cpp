#include "common/provider/refusal_reason.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace platos::provider_common {
namespace {

struct KnownCode {
  std::string_view word;
  RefusalReason reason;
};

// Values of error.code and error.type.
constexpr std::array<KnownCode, 21> kKnownCodes = {{
    {"invalid_api_key", RefusalReason::WrongKey},
    {"wrong_api_key", RefusalReason::WrongKey},
    {"insufficient_quota", RefusalReason::NoQuota},
    {"billing_error", RefusalReason::NoQuota},
    {"credit_limit", RefusalReason::NoQuota},
    {"payment_required", RefusalReason::NoQuota},
    {"blocked_api_access", RefusalReason::NoQuota},
    {"rate_limit_exceeded", RefusalReason::RateLimit},
    {"rate_limit_error", RefusalReason::RateLimit},
    {"request_rate_limit_exceeded", RefusalReason::RateLimit},
    {"request_quota_exceeded", RefusalReason::RateLimit},
    {"token_quota_exceeded", RefusalReason::RateLimit},
    {"model_not_found", RefusalReason::NoModel},
    {"model_not_available", RefusalReason::NoModel},
    {"model_decommissioned", RefusalReason::NoModel},
    {"invalid_model", RefusalReason::NoModel},
    {"DeploymentNotFound", RefusalReason::NoModel},
    {"context_length_exceeded", RefusalReason::ContextTooLong},
    {"content_filter", RefusalReason::Safety},
    {"content_policy_violation", RefusalReason::Safety},
    {"tool_use_failed", RefusalReason::BrokenToolCall},
}};

struct KnownPhrase {
  std::string_view text;  // in lower case
  RefusalReason reason;
  std::string_view word;
};

// Parts of error.message, for vendors that give one code to many things.
constexpr std::array<KnownPhrase, 24> kKnownPhrases = {{
    {"incorrect api key", RefusalReason::WrongKey, "invalid_api_key"},
    {"invalid api key", RefusalReason::WrongKey, "invalid_api_key"},
    {"insufficient balance", RefusalReason::NoQuota, "insufficient_quota"},
    {"insufficient credits", RefusalReason::NoQuota, "insufficient_quota"},
    {"used all available credits", RefusalReason::NoQuota, "insufficient_quota"},
    {"credit balance is too low", RefusalReason::NoQuota, "insufficient_quota"},
    {"monthly spending limit", RefusalReason::NoQuota, "insufficient_quota"},
    {"usage limit reached", RefusalReason::NoQuota, "insufficient_quota"},
    {"model not exist", RefusalReason::NoModel, "model_not_found"},
    {"model not found", RefusalReason::NoModel, "model_not_found"},
    {"is not a valid model", RefusalReason::NoModel, "model_not_found"},
    {"no endpoints found for", RefusalReason::NoModel, "model_not_found"},
    {"maximum context length", RefusalReason::ContextTooLong, "context_length_exceeded"},
    {"maximum prompt length", RefusalReason::ContextTooLong, "context_length_exceeded"},
    {"exceeds the context", RefusalReason::ContextTooLong, "context_length_exceeded"},
    {"exceeds the available context", RefusalReason::ContextTooLong, "context_length_exceeded"},
    {"exceeds the maximum number of tokens", RefusalReason::ContextTooLong, "context_length_exceeded"},
    {"prompt is too long", RefusalReason::ContextTooLong, "context_length_exceeded"},
    {"reduce the length of the messages", RefusalReason::ContextTooLong, "context_length_exceeded"},
    {"`inputs` tokens + `max_new_tokens`", RefusalReason::ContextTooLong, "context_length_exceeded"},
    {"content exists risk", RefusalReason::Safety, "content_filter"},
    {"content management policy", RefusalReason::Safety, "content_filter"},
    {"your input was flagged", RefusalReason::Safety, "content_filter"},
    {"flagged as potentially violating", RefusalReason::Safety, "content_filter"},
}};

std::string in_lower_case(std::string_view text) {
  std::string lowered(text);
  std::transform(lowered.begin(), lowered.end(), lowered.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return lowered;
}

}  // namespace

RecognisedRefusal recognise_refusal(const VendorError& error) {
  for (const std::string& said : {error.code, error.type}) {
    const auto code = std::find_if(kKnownCodes.begin(), kKnownCodes.end(),
                                   [&](const KnownCode& candidate) { return candidate.word == said; });
    if (code != kKnownCodes.end()) return {code->reason, code->word};
  }
  const std::string message = in_lower_case(error.message);
  const auto phrase = std::find_if(kKnownPhrases.begin(), kKnownPhrases.end(), [&](const KnownPhrase& candidate) {
    return message.find(candidate.text) != std::string::npos;
  });
  if (phrase == kKnownPhrases.end()) return {};
  return {phrase->reason, phrase->word};
}

}  // namespace platos::provider_common
