#include "vendor_failure.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <nlohmann/json.hpp>
#include <string_view>

#include "platos/status.h"
#include "vendor_wire.hpp"

namespace platos::image_vendors {
namespace {

using nlohmann::json;

struct Meaning {
  std::int32_t code;
  const char* reason;
};
constexpr Meaning kContent = {PLATOS_PERMISSION_DENIED, "content_policy"};
constexpr Meaning kQuota = {PLATOS_RESOURCE_EXHAUSTED, "quota"};
constexpr Meaning kModel = {PLATOS_NOT_FOUND, "model"};
constexpr Meaning kSize = {PLATOS_INVALID_ARGUMENT, "size"};

struct KnownWord {
  std::string_view word;
  Meaning meaning;
};

// Values of error.code.
constexpr std::array<KnownWord, 7> kWords = {{{"content_policy_violation", kContent},
                                              {"moderation_blocked", kContent},
                                              {"content_filter", kContent},
                                              {"insufficient_quota", kQuota},
                                              {"billing_hard_limit_reached", kQuota},
                                              {"model_not_found", kModel},
                                              {"invalid_size", kSize}}};

bool says(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

std::string lowered(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
  return text;
}

std::optional<Meaning> meaning_of(const sdk::Error& error, std::int64_t http_status, const std::string& word) {
  const auto known =
      std::find_if(kWords.begin(), kWords.end(), [&](const KnownWord& candidate) { return candidate.word == word; });
  if (known != kWords.end()) return known->meaning;
  const std::string text = lowered(error.what());
  if (http_status == 402) return kQuota;
  if (error.code() == PLATOS_NOT_FOUND) return kModel;
  const bool is_about_the_request = http_status == 400 || http_status == 422;
  if (!is_about_the_request) return std::nullopt;
  if (says(text, "safety system") || says(text, "content policy") || says(text, "moderat")) return kContent;
  if (says(text, "size") || says(text, "width") || says(text, "height")) return kSize;
  return std::nullopt;
}

std::string detail_of(const char* reason, std::int64_t http_status) {
  json detail = {{"retryable", false}, {"reason", reason}};
  if (http_status != 0) detail["http_status"] = http_status;
  return detail.dump();
}

}  // namespace

Refusal as_it_is(const sdk::Error& error) {
  const json detail = json::parse(error.detail_json(), nullptr, false);
  if (!detail.is_object()) return {error, false, std::nullopt};
  Refusal refusal{error, detail.value("retryable", false), std::nullopt};
  if (detail.contains("retry_after_ms")) refusal.retry_after_ms = detail["retry_after_ms"].get<std::int64_t>();
  return refusal;
}

Refusal understood(const sdk::Error& error, const std::string& model) {
  const json detail = json::parse(error.detail_json(), nullptr, false);
  const bool has_detail = detail.is_object();
  const std::int64_t http_status = has_detail ? detail.value("http_status", std::int64_t{0}) : 0;
  const std::string word = has_detail ? detail.value("provider_code", std::string()) : std::string();
  if (const auto meaning = meaning_of(error, http_status, word)) {
    std::string text = error.what();
    if (meaning->code == kModel.code)
      text += "; set another \"model\" than " + wire::in_quotes(model) + " in the instance file";
    return {sdk::Error(meaning->code, text, detail_of(meaning->reason, http_status)), false, std::nullopt};
  }
  // Black Forest Labs says 403 to a key that it does not know, in a sentence.
  if (http_status == 403 && says(lowered(error.what()), "not authenticated")) {
    return {sdk::Error(PLATOS_UNAUTHENTICATED, error.what(), R"({"retryable":false,"http_status":403})"), false,
            std::nullopt};
  }
  return as_it_is(error);
}

sdk::Error moderated(const std::string& base_url, const std::string& status) {
  return sdk::Error(PLATOS_PERMISSION_DENIED,
                    base_url + " made no image of this prompt: " + wire::in_quotes(wire::printable(status, 80)) +
                        "; describe something else",
                    detail_of(kContent.reason, 0));
}

}  // namespace platos::image_vendors
