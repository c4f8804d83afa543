#include "common/json_api.hpp"

#include <algorithm>

#include "common/clean_text.hpp"
#include "platos/cpp/error.hpp"
#include "platos/cpp/json_writer.hpp"

namespace platos::plugin_common {
namespace {

using nlohmann::json;

constexpr std::size_t kMostReasonBytes = 200;

std::int32_t status_of(std::int32_t http_status) noexcept {
  switch (http_status) {
    case 401:
    case 403: return PLATOS_UNAUTHENTICATED;
    case 402:
    case 429: return PLATOS_RESOURCE_EXHAUSTED;
    case 404: return PLATOS_NOT_FOUND;
    case 408: return PLATOS_DEADLINE;
    default: return http_status >= 500 ? PLATOS_UNAVAILABLE : PLATOS_FAILED_PRECONDITION;
  }
}

// What an error says: "detail", "message" or "error", as a text or an object that has one.
std::string reason_in(const json& value, int depth = 0) {
  if (value.is_string()) {
    std::string text = clean_text(value.get_ref<const std::string&>(), kMostReasonBytes);
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
    return text;
  }
  if (!value.is_object() || depth > 2) return {};
  for (const char* name : {"message", "detail", "error", "description"}) {
    if (!value.contains(name)) continue;
    if (std::string text = reason_in(value[name], depth + 1); !text.empty()) return text;
  }
  return {};
}

std::string detail_of(std::int32_t http_status) {
  std::string detail;
  sdk::JsonWriter writer(detail);
  writer.begin_object().key("http_status").value(http_status);
  writer.key("retryable").value(http_status == 429 || http_status >= 500).end_object();
  return detail;
}

}  // namespace

json ask_json(const sdk::Host& host, const sdk::Call& call, std::string_view upstream, const JsonRequest& request) {
  auto headers = request.headers;
  headers.emplace_back("Accept", "application/json");
  std::string body;
  if (!request.body.is_null()) {
    headers.emplace_back("Content-Type", "application/json");
    body = request.body.dump(-1, ' ', false, json::error_handler_t::replace);
  }
  const sdk::HttpAnswer answer =
      sdk::http_exchange(host, call, request.method, request.url, headers, body, request.silence_ms);
  const json parsed = json::parse(answer.body, nullptr, false);
  if (answer.status < 200 || answer.status > 299) {
    const std::string reason = reason_in(parsed);
    throw sdk::Error(
        status_of(answer.status),
        std::string(upstream) + " answered " + std::to_string(answer.status) + (reason.empty() ? "" : ": " + reason),
        detail_of(answer.status));
  }
  if (!parsed.is_object()) {
    throw sdk::Error(PLATOS_INTERNAL, std::string(upstream) + ": expected a JSON object, found something else");
  }
  return parsed;
}

std::string query_encoded(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
                       byte == '-' || byte == '.' || byte == '_' || byte == '~';
    if (plain) {
      encoded += c;
    } else {
      encoded += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
    }
  }
  return encoded;
}

std::string text_member(const json& object, const char* name, std::size_t max_bytes) {
  if (!object.is_object()) return {};
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return {};
  return clean_text(found->get_ref<const std::string&>(), max_bytes);
}

std::string dumped(const nlohmann::ordered_json& value) {
  return value.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace platos::plugin_common
