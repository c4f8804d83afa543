#include "common/provider/vendor_error.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "common/provider/json_reading.hpp"
#include "common/provider/refusal_reason.hpp"
#include "common/provider/safe_text.hpp"
#include "platos/cpp/json_writer.hpp"
#include "platos/status.h"

namespace platos::provider_common {
namespace {

constexpr std::size_t kMaxMessageCharacters = 300;
constexpr std::size_t kMaxCodeCharacters = 64;
constexpr std::size_t kMaxQuotedBytes = 120;

struct Verdict {
  std::int32_t code;
  bool retryable;
};

Verdict verdict_of_status(std::int32_t http_status) {
  switch (http_status) {
    case 401: return {PLATOS_UNAUTHENTICATED, false};
    case 402: return {PLATOS_RESOURCE_EXHAUSTED, false};
    case 403: return {PLATOS_PERMISSION_DENIED, false};
    case 404: return {PLATOS_NOT_FOUND, false};
    case 408:
    case 504: return {PLATOS_DEADLINE, true};
    case 409: return {PLATOS_ABORTED, true};
    case 429: return {PLATOS_RESOURCE_EXHAUSTED, true};
    case 501: return {PLATOS_UNIMPLEMENTED, false};
    default: break;
  }
  if (http_status >= 500) return {PLATOS_UNAVAILABLE, true};
  if (http_status >= 400) return {PLATOS_INVALID_ARGUMENT, false};
  return {PLATOS_FAILED_PRECONDITION, false};  // a redirect: base_url is not the API's address
}

struct KnownWord {
  std::string_view word;
  Verdict verdict;
};

// Values of error.code and error.type that tell more than "the server failed", and no reason of refusal_reason.hpp.
constexpr std::array<KnownWord, 10> kKnownWords = {{{"requests", {PLATOS_RESOURCE_EXHAUSTED, true}},
                                                    {"tokens", {PLATOS_RESOURCE_EXHAUSTED, true}},
                                                    {"invalid_request_error", {PLATOS_INVALID_ARGUMENT, false}},
                                                    {"BadRequestError", {PLATOS_INVALID_ARGUMENT, false}},
                                                    {"authentication_error", {PLATOS_UNAUTHENTICATED, false}},
                                                    {"permission_error", {PLATOS_PERMISSION_DENIED, false}},
                                                    {"not_found_error", {PLATOS_NOT_FOUND, false}},
                                                    {"timeout", {PLATOS_DEADLINE, true}},
                                                    {"timeout_error", {PLATOS_DEADLINE, true}},
                                                    {"request_too_large", {PLATOS_INVALID_ARGUMENT, false}}}};

Verdict verdict_of_words(const VendorError& error) {
  for (const std::string& said : {error.code, error.type}) {
    const auto known = std::find_if(kKnownWords.begin(), kKnownWords.end(),
                                    [&](const KnownWord& candidate) { return candidate.word == said; });
    if (known != kKnownWords.end()) return known->verdict;
  }
  return {PLATOS_UNAVAILABLE, true};
}

Verdict verdict_of_reason(RefusalReason reason) {
  switch (reason) {
    case RefusalReason::WrongKey: return {PLATOS_UNAUTHENTICATED, false};
    case RefusalReason::NoQuota: return {PLATOS_RESOURCE_EXHAUSTED, false};
    case RefusalReason::RateLimit: return {PLATOS_RESOURCE_EXHAUSTED, true};
    case RefusalReason::NoModel: return {PLATOS_NOT_FOUND, false};
    case RefusalReason::ContextTooLong: return {PLATOS_INVALID_ARGUMENT, false};
    case RefusalReason::Safety: return {PLATOS_PERMISSION_DENIED, false};
    // What the model writes differs from time to time.
    case RefusalReason::BrokenToolCall: return {PLATOS_INTERNAL, true};
    case RefusalReason::Unspecified: break;
  }
  return {PLATOS_UNAVAILABLE, true};
}

// Whether the reason says more than the status. A server that fails may say anything, and a rate limit under another
// status, such as 413 for one request over the whole allowance, is none that passes.
bool explains(RefusalReason reason, std::int32_t http_status) {
  if (http_status == 429) return reason == RefusalReason::NoQuota || reason == RefusalReason::RateLimit;
  const bool is_about_the_request = http_status >= 400 && http_status < 500 && http_status != 408 && http_status != 409;
  return is_about_the_request && reason != RefusalReason::Unspecified && reason != RefusalReason::RateLimit;
}

// A word tells more than a number, and a reason more than a word.
const std::string& own_word(const VendorError& error) {
  if (!error.details.reason.empty()) return error.details.reason;
  const bool has_word = !error.code.empty() && error.code_as_number == 0;
  if (!has_word && !error.status.empty()) return error.status;
  return error.code.empty() ? error.type : error.code;
}

struct Judgement {
  Verdict verdict;
  std::string provider_code;
};

/// `http_status` 0: the vendor told none.
Judgement judge(const VendorError& error, std::int32_t http_status) {
  // Google says 400 to a key that it does not know.
  if (error.details.reason == "API_KEY_INVALID")
    return {verdict_of_reason(RefusalReason::WrongKey), error.details.reason};
  const RecognisedRefusal recognised = recognise_refusal(error);
  const bool is_explained =
      http_status == 0 ? recognised.reason != RefusalReason::Unspecified : explains(recognised.reason, http_status);
  if (is_explained) return {verdict_of_reason(recognised.reason), std::string(recognised.word)};
  return {http_status == 0 ? verdict_of_words(error) : verdict_of_status(http_status), own_word(error)};
}

std::string detail_json(const Judgement& judgement, std::int32_t http_status,
                        std::optional<std::int64_t> retry_after_ms) {
  std::string text;
  sdk::JsonWriter json(text);
  json.begin_object().key("retryable").value(judgement.verdict.retryable);
  if (http_status != 0) json.key("http_status").value(http_status);
  if (retry_after_ms) json.key("retry_after_ms").value(*retry_after_ms);
  if (!judgement.provider_code.empty()) json.key("provider_code").value(judgement.provider_code);
  json.end_object();
  return text;
}

// Texts stay as they are; FastAPI servers put a list of objects where others have a text.
std::string text_or_json(ondemand::value& value) {
  const bool is_text = value.type().take_value() == ondemand::json_type::string;
  return std::string(is_text ? value.get_string().take_value() : raw_json(value));
}

void read_code(ondemand::value& value, VendorError& error) {
  error.code = one_line(text_or_json(value), kMaxCodeCharacters);
  const bool three_digits = error.code.size() == 3 && error.code.find_first_not_of("0123456789") == std::string::npos;
  if (three_digits) error.code_as_number = std::stoi(error.code);
}

struct ReadError {
  VendorError error;
  std::string upstream;  ///< what a router's own upstream said, which is the reason
};

void read_metadata(ondemand::value& metadata, ReadError& read) {
  if (metadata.type().take_value() != ondemand::json_type::object) return;
  for_each_member(object_at(metadata, "metadata"), [&](std::string_view key, ondemand::value& value) {
    if (key == "raw") read.upstream = text_or_json(value);
  });
}

void read_error_members(ondemand::object object, ReadError& read, bool is_outer) {
  VendorError& error = read.error;
  for_each_member(object, [&](std::string_view key, ondemand::value& value) {
    if (key == "error" || key == "fault") {
      // One level only: the depth of a stranger's text must not become the depth of our stack.
      if (is_outer && value.type().take_value() == ondemand::json_type::object) {
        read_error_members(object_at(value, key), read, false);
      } else {
        error.message = text_or_json(value);
      }
    } else if (key == "message" || key == "faultstring" || (key == "detail" && error.message.empty())) {
      error.message = text_or_json(value);
    } else if (key == "code") {
      read_code(value, error);
    } else if (key == "metadata") {
      read_metadata(value, read);
    } else if (key == "status" && !is_outer && value.type().take_value() == ondemand::json_type::string) {
      error.status = one_line(value.get_string().take_value(), kMaxCodeCharacters);
    } else if (key == "details") {
      read_rpc_details(value, error.details);
    } else if (key == "type" && (!is_outer || error.type.empty())) {
      // Beside an error object, "type" only says that this is an error.
      error.type = one_line(text_or_json(value), kMaxCodeCharacters);
    }
  });
}

}  // namespace

VendorError parse_vendor_error(std::string_view body) {
  ReadError read;
  std::string_view text = trimmed(body);
  // Google's endpoint wraps the object in an array.
  if (text.starts_with('[') && text.ends_with(']')) text = trimmed(text.substr(1, text.size() - 2));
  try {
    JsonText json;
    read_error_members(json.parse(text), read, true);
    json.expect_end();
  } catch (const WrongType&) {
    read = {};
  } catch (const simdjson::simdjson_error&) {
    read = {};
  }
  VendorError error = std::move(read.error);
  if (!read.upstream.empty()) error.message += (error.message.empty() ? "" : ": ") + read.upstream;
  error.message = error.message.empty() ? printable(without_keys(trimmed(body)), kMaxMessageCharacters)
                                        : one_line(without_keys(error.message), kMaxMessageCharacters);
  if (error.message.empty()) error.message = "no text";
  return error;
}

sdk::Error http_failure(std::string_view endpoint, std::int32_t http_status, const VendorError& error,
                        std::optional<std::int64_t> retry_after_ms) {
  const Judgement judgement = judge(error, http_status);
  if (!retry_after_ms) retry_after_ms = error.details.retry_delay_ms;
  if (!judgement.verdict.retryable) retry_after_ms.reset();
  return sdk::Error(
      judgement.verdict.code,
      std::string(endpoint) + " answered HTTP " + std::to_string(http_status) + ": " + in_quotes(error.message),
      detail_json(judgement, http_status, retry_after_ms));
}

sdk::Error in_answer_failure(std::string_view endpoint, const VendorError& error) {
  const bool has_status = error.code_as_number >= 400 && error.code_as_number < 600;
  const Judgement judgement = judge(error, has_status ? error.code_as_number : 0);
  const auto retry_after_ms = judgement.verdict.retryable ? error.details.retry_delay_ms : std::nullopt;
  return sdk::Error(judgement.verdict.code,
                    std::string(endpoint) + " broke off its answer with an error: " + in_quotes(error.message),
                    detail_json(judgement, 0, retry_after_ms));
}

sdk::Error plain_failure(std::int32_t code, const std::string& message, bool retryable) {
  return sdk::Error(code, message, retryable ? R"({"retryable":true})" : R"({"retryable":false})");
}

sdk::Error broken_answer_failure(const std::string& endpoint, const std::string& reason, std::string_view data) {
  const std::string beginning = printable(without_keys(data.substr(0, 2 * kMaxQuotedBytes)), kMaxQuotedBytes);
  return plain_failure(PLATOS_INTERNAL, endpoint + " sent a broken answer: " + reason + " in " + in_quotes(beginning),
                       false);
}

void check_transport(const std::string& endpoint, std::int32_t transport_status) {
  if (transport_status == PLATOS_DEADLINE) {
    throw plain_failure(PLATOS_DEADLINE, endpoint + " did not answer in time", true);
  }
  if (transport_status != PLATOS_OK) {
    throw plain_failure(PLATOS_UNAVAILABLE, "the connection to " + endpoint + " failed before the answer was complete",
                        true);
  }
}

}  // namespace platos::provider_common
