// The configuration of one instance, read once when it is made.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace platos::image_vendors {

/// One size that may be asked for, and what the vendor is asked for instead.
struct Size {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::int64_t sent_width = 0;
  std::int64_t sent_height = 0;
  std::int64_t cost_micro_usd = -1;  ///< -1: not known
};

/// Immutable after parse_config(), so every generation may read it.
struct Config {
  std::string base_url;  ///< without a slash at the end
  std::string model;
  std::size_t max_prompt_bytes = 4000;
  bool api_key_required = true;
  std::vector<Size> sizes;
  std::vector<std::pair<std::string, std::string>> options;  ///< further members of the request: name, JSON value

  const Size* find(std::int64_t width, std::int64_t height) const;
};

/// What begin() is given, checked against the configuration.
struct Request {
  std::string prompt;
  Size size;
};

/// Reads the JSON object. Throws sdk::Error(INVALID_ARGUMENT) that names the key, what was expected and what was found.
Config parse_config(std::string_view config_json, const Config& usual);

/// Throws sdk::Error(INVALID_ARGUMENT).
Request parse_request(std::string_view request_json, const Config& config);

/// "1024x1792". Nothing when it is no size of sides from 1 to 65535.
std::optional<std::pair<std::int64_t, std::int64_t>> parse_sides(std::string_view text);

}  // namespace platos::image_vendors
