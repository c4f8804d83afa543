// An upstream that is asked and answers in JSON, over the service "http".
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platos/cpp/services.hpp"

namespace platos::plugin_common {

struct JsonRequest {
  std::string method = "POST";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;  ///< with {{secret:SLOT}}; those of JSON are added
  nlohmann::json body;                                       ///< null: none
  std::int32_t silence_ms = 0;                               ///< 0: the host's
};

/// The JSON of a 2xx answer. Throws sdk::HostFailure when there is no answer, and sdk::Error otherwise: UNAUTHENTICATED
/// (401, 403), RESOURCE_EXHAUSTED (402, 429), NOT_FOUND (404), DEADLINE (408), UNAVAILABLE (5xx), FAILED_PRECONDITION
/// (any other), INTERNAL (no JSON). `upstream` names it in the text, with what it says of itself, short and in one
/// line.
nlohmann::json ask_json(const sdk::Host& host, const sdk::Call& call, std::string_view upstream,
                        const JsonRequest& request);

/// Percent-encoded for a query.
std::string query_encoded(std::string_view text);

/// The text of a member of an object, made UTF-8 and cut after `max_bytes`; empty when it is no text.
std::string text_member(const nlohmann::json& object, const char* name, std::size_t max_bytes);

/// JSON text of what may hold any bytes.
std::string dumped(const nlohmann::ordered_json& value);

}  // namespace platos::plugin_common
