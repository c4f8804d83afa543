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

/// The same of answers that are not streamed: <folder>/<name>.json.
std::vector<Recording> whole_recordings(const std::string& folder, const std::vector<std::string>& names);

/// Fails the test unless this stream, in which the vendor breaks off with an error, gives its events and then fails as
/// one that may be tried again, with a message that holds `says` and this detail, split at every byte.
void check_broken_off(const Recording& stream, const std::string& says, const std::string& detail_json);

/// Answers that end well, at least one. The test defines it.
const std::vector<Recording>& complete_streams();
/// The same for whole_contract.cpp.
const std::vector<Recording>& whole_answers();

}  // namespace platos::tests
