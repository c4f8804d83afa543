// The configuration of one export destination, read once when the instance is made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace platos::observer_otlp {

struct Config {
  std::string endpoint;  ///< without a slash at the end; /v1/traces, /v1/metrics and /v1/logs are put after it
  std::vector<std::pair<std::string, std::string>> headers;  ///< a value may hold {{secret:token}}
  std::string service_version;                               ///< empty: not sent
  std::string service_instance_id;                           ///< empty: a random UUID is made for each instance
  std::int32_t timeout_ms = 10'000;                          ///< longest silence of the server, 100 to 60000
  std::size_t max_queue_records = 8192;                      ///< kept for each of traces and logs, 512 to 1000000
  std::size_t max_queue_bytes = 16 * 1024 * 1024;            ///< the same, as JSON; member max_queue_mb, 4 to 1024
  std::size_t max_text_bytes = 4096;                         ///< of one body or attribute text, 64 to 65536
};

/// Throws sdk::Error(PLATOS_INVALID_ARGUMENT) that names the member, what was expected and what was found; values of
/// headers are never shown.
Config parse_config(std::string_view config_json);

}  // namespace platos::observer_otlp
