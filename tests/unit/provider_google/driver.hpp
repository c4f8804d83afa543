// The shared exchange driver, with this folder's recordings.
#pragma once

#include <string>

#include "common.hpp"
#include "common/provider/testing/answer_promises.hpp"
#include "common/provider/testing/exchange_driver.hpp"

namespace platos::provider_google::testing {

using namespace provider_common::testing;

/// A file of the folder recorded/.
inline std::string recorded(const std::string& name) { return read_file(PROVIDER_GOOGLE_RECORDED "/" + name); }

/// A frame with one candidate: its parts, and more members of the candidate.
inline std::string parts_frame(const std::string& parts, const std::string& members = {}) {
  return R"({"candidates":[{"content":{"parts":[)" + parts + R"(],"role":"model"})" + members + "}]}";
}

inline std::string finish_frame(const std::string& reason) {
  return R"({"candidates":[{"finishReason":")" + reason + R"(","index":0}]})";
}

}  // namespace platos::provider_google::testing
