// What an HTTP status of a vendor with the wire of OpenAI means, and the text and the detail that come of it.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "platos/status.h"

namespace platos::provider_common::testing {

struct Refusal {
  std::int32_t http_status;
  std::int32_t status;
  bool retryable;
};

inline constexpr Refusal kRefusals[] = {
    {302, PLATOS_FAILED_PRECONDITION, false},
    {400, PLATOS_INVALID_ARGUMENT, false},
    {401, PLATOS_UNAUTHENTICATED, false},
    {402, PLATOS_RESOURCE_EXHAUSTED, false},
    {403, PLATOS_PERMISSION_DENIED, false},
    {404, PLATOS_NOT_FOUND, false},
    {405, PLATOS_INVALID_ARGUMENT, false},
    {408, PLATOS_DEADLINE, true},
    {409, PLATOS_ABORTED, true},
    {413, PLATOS_INVALID_ARGUMENT, false},
    {422, PLATOS_INVALID_ARGUMENT, false},
    {429, PLATOS_RESOURCE_EXHAUSTED, true},
    {500, PLATOS_UNAVAILABLE, true},
    {501, PLATOS_UNIMPLEMENTED, false},
    {502, PLATOS_UNAVAILABLE, true},
    {503, PLATOS_UNAVAILABLE, true},
    {504, PLATOS_DEADLINE, true},
    {529, PLATOS_UNAVAILABLE, true},
};

/// The body that each of them comes with.
inline constexpr std::string_view kRefusalBody =
    R"({"error":{"message":"It did not work","type":"some_type","param":null,"code":"some_code"}})";

inline std::string refusal_message(const Refusal& refusal, const std::string& base_url) {
  return base_url + " answered HTTP " + std::to_string(refusal.http_status) + ": \"It did not work\"";
}

inline nlohmann::json refusal_detail(const Refusal& refusal) {
  return {{"http_status", refusal.http_status}, {"retryable", refusal.retryable}, {"provider_code", "some_code"}};
}

}  // namespace platos::provider_common::testing
