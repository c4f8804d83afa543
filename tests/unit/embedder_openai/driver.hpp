// Runs embeddings of the plugin as a host does, against an answer that a test wrote.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platos/cpp/testing/collectors.hpp"

namespace platos::embedder_openai::testing {

/// A model of three dimensions, so that answers are short.
extern const std::string_view kThreeDimensions;

/// One instance in a host of its own. Throws std::runtime_error for a bad configuration.
struct Plugin {
  explicit Plugin(std::string_view config_json = kThreeDimensions);

  sdk::testing::FakeHost host;
  sdk::testing::FakeInstance instance;
};

/// The answer of a server to every step.
struct Answer {
  std::string body = {};
  std::int32_t http_status = 200;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::int32_t transport_status = PLATOS_OK;
  bool has_frame = true;  ///< false: the transport failed, or ended, before a body was there
};

struct Result {
  std::int32_t status = PLATOS_OK;  ///< of the first call that failed
  std::string message, detail_json;
  bool done = false;
  std::map<std::size_t, std::vector<float>> vectors;
  std::int64_t input_tokens = -1;
  std::string method, url;  ///< of the last step
  std::vector<std::pair<std::string, std::string>> headers;
  std::vector<std::string> bodies;  ///< one for each step
  std::vector<std::int32_t> framings;
};

Result embed(const Plugin& plugin, const std::vector<std::string>& texts, const Answer& answer);

/// Vectors for every text of a request, as the vendor writes them: floats that depend on the text alone.
std::string vendor_answer(const std::string& request_body, std::size_t dimensions);

}  // namespace platos::embedder_openai::testing
