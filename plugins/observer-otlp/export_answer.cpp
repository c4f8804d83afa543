#include "export_answer.hpp"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "common/bounded_json.hpp"
#include "common/provider/retry_after.hpp"
#include "common/provider/safe_text.hpp"

namespace platos::observer_otlp {
namespace {

constexpr std::size_t kMaxAnswerBytes = 64 * 1024;
constexpr std::size_t kMaxShownBytes = 200;
constexpr int kMaxAnswerDepth = 16;

bool may_be_tried_again(std::int32_t http_status) {
  return http_status == 429 || http_status == 502 || http_status == 503 || http_status == 504;
}

/// A 64-bit integer is a text in JSON, but many servers write a number.
std::int64_t count_of(const nlohmann::json& value) {
  std::int64_t count = 0;
  if (value.is_number_integer()) count = value.get<std::int64_t>();
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    std::from_chars(text.data(), text.data() + text.size(), count);
  }
  return std::max<std::int64_t>(0, count);
}

void read_partial_success(const std::string& body, std::string_view rejected_member, Verdict& verdict) {
  if (body.empty() || body.size() > kMaxAnswerBytes) return;
  const auto answer = plugin_common::parse_object(body, "answer", kMaxAnswerDepth);
  const auto partial = answer.find("partialSuccess");
  if (partial == answer.end() || !partial->is_object()) return;
  if (const auto found = partial->find(rejected_member); found != partial->end()) {
    verdict.rejected = static_cast<std::size_t>(count_of(*found));
  }
  const auto message = partial->find("errorMessage");
  if (message == partial->end() || !message->is_string()) return;
  const auto& text = message->get_ref<const std::string&>();
  if (!text.empty()) verdict.reason = "the server says: " + provider_common::printable(text, kMaxShownBytes);
}

}  // namespace

Verdict judge_answer(const sdk::HttpAnswer& answer, std::string_view rejected_member, std::size_t sent,
                     std::int64_t now_ms) {
  Verdict verdict;
  if (answer.status >= 200 && answer.status < 300) {
    verdict.kind = Verdict::Kind::Accepted;
    try {
      read_partial_success(answer.body, rejected_member, verdict);
    } catch (const sdk::Error&) {
      // Not JSON: many servers answer nothing, or a word; the status is what counts.
    }
    verdict.rejected = std::min(verdict.rejected, sent);
    return verdict;
  }
  verdict.kind = may_be_tried_again(answer.status) ? Verdict::Kind::Retry : Verdict::Kind::Refused;
  verdict.reason = "HTTP " + std::to_string(answer.status) + " " +
                   provider_common::printable(std::string_view(answer.body), kMaxShownBytes);
  for (const auto& [name, value] : answer.headers) {
    if (provider_common::equals_ignoring_case(name, "retry-after")) {
      verdict.retry_after_ms = provider_common::parse_retry_after_ms(value, now_ms);
    }
  }
  return verdict;
}

Verdict judge_failure(std::int32_t status) {
  Verdict verdict;
  const bool final = status == PLATOS_INVALID_ARGUMENT || status == PLATOS_PERMISSION_DENIED ||
                     status == PLATOS_FAILED_PRECONDITION || status == PLATOS_UNIMPLEMENTED;
  verdict.kind = final ? Verdict::Kind::Refused : Verdict::Kind::Retry;
  verdict.reason = status == PLATOS_DEADLINE      ? "no answer in time"
                   : status == PLATOS_UNAVAILABLE ? "the server cannot be reached"
                   : status == PLATOS_CANCELLED   ? "the call was cancelled"
                   : final                        ? "the host sends nothing there; look at grant, address and secret"
                                                  : "no answer";
  verdict.reason += " (status " + std::to_string(status) + ")";
  return verdict;
}

}  // namespace platos::observer_otlp
