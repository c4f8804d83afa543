// Runs exchanges of the plugin that is linked into the test as a host does, with what tests need beyond run_exchange():
// raw frames for answers whose status is not 2xx, every event of a failed exchange, and all token counts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platos/cpp/testing/split_feeder.hpp"

namespace platos::provider_common::testing {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// One instance of the plugin's first component, in a host of its own. Throws std::runtime_error for a bad
/// configuration.
struct Plugin {
  explicit Plugin(std::string_view config_json = "{}");

  sdk::testing::FakeHost host;
  sdk::testing::FakeInstance instance;
};

/// The answer of a server.
struct Answer {
  std::int32_t http_status = 200;
  Headers headers = {};
  std::vector<std::string_view> pieces = {};  ///< of the body, as they arrive
  std::int32_t transport_status = PLATOS_OK;
};

struct Result {
  std::int32_t status = PLATOS_OK;
  std::string message;
  std::string detail_json;
  bool done = false;
  std::vector<std::string> events;  ///< as sdk::testing::describe() prints them, not joined
  std::vector<std::string> usages;  ///< "input/output/cached/reasoning"

  std::size_t stops() const;
  /// All text, reasoning or arguments in one string. `kind`: "text:", "reasoning:" or "tool_args:0:".
  std::string joined(std::string_view kind) const;
};

/// `request_json` empty: a short streamed request.
Result exchange(const Plugin& plugin, const Answer& answer, std::string_view request_json = {});

/// A streamed exchange whose frames are given one by one.
Result exchange_frames(const Plugin& plugin, const std::vector<std::string>& frames);

/// The code and text with which create() refuses `config_json`; code 0 when it does not.
std::pair<std::int32_t, std::string> refusal_of(std::string_view config_json);

/// Throws std::runtime_error when there is none.
std::string read_file(const std::string& path);

/// `text` in pieces of one byte.
std::vector<std::string_view> bytes_of(std::string_view text);

/// Requests with "stream": true and "stream": false.
extern const std::string_view kStreamRequest;
extern const std::string_view kWholeRequest;

}  // namespace platos::provider_common::testing
