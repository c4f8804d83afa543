// What every codec of platos.provider/1 that reads a stream must do with the answers that were recorded for it, however
// they arrive. Compile stream_contract.cpp, which has the test cases, into the test, link platos::provider_testing, and
// define complete_streams().
#pragma once

#include <string>
#include <vector>

namespace platos::tests {

/// A recorded stream and the events that it must give.
struct Recording {
  std::string name;
  std::string body;
  std::vector<std::string> events;
};

/// <folder>/<name>.sse with <folder>/<name>.events.json. Throws when a file is missing.
Recording recording(const std::string& folder, const std::string& name);
std::vector<Recording> recordings(const std::string& folder, const std::vector<std::string>& names);

/// Answers that end well, at least one. The test defines it.
const std::vector<Recording>& complete_streams();

}  // namespace platos::tests
