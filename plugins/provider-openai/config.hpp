// The configuration of one instance, read once when it is made.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common.hpp"
#include "common/provider/config_reading.hpp"
#include "tool_call_ids.hpp"

namespace platos::provider_openai {

/// Immutable after parse_config(), so every exchange may read it.
struct Config {
  std::string base_url = "https://api.openai.com/v1";  ///< without a slash at the end
  std::string path = "/chat/completions";              ///< after base_url; may hold the place {model}
  std::vector<std::pair<std::string, std::string>> query;
  bool api_key_required = true;                  ///< false: no key is sent
  std::string api_key_header = "Authorization";  ///< another one holds the key alone, without "Bearer"
  HeaderList extra_headers;
  std::string organization;         ///< value of OpenAI-Organization; empty: not sent
  std::vector<std::string> models;  ///< what models() lists
  bool usage_in_stream = true;      ///< ask for token counts at the end of a stream
  std::string max_tokens_field = "max_completion_tokens";
  bool tools = true;  ///< false: a request with tools is refused
  ToolCallIdForm tool_call_ids = ToolCallIdForm::AsGiven;
};

/// Reads the JSON object. Throws sdk::Error(INVALID_ARGUMENT) that names the key, what was expected and what was found.
Config parse_config(std::string_view config_json);

}  // namespace platos::provider_openai
