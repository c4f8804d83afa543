// Which calls a turn has made over and over without getting anywhere.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "model/tool.hpp"

namespace platos::tools {

/// Identifies a call by its tool and the arguments that the model wrote, however it spelled them: spaces and the order
/// of members make no other call, nor does the purpose that it gives for a part of execute_tools.
std::string call_key(const model::ToolCall& call);

/// A value. Identical calls within one step count once: the model had not seen a result between them.
class CallMemory {
 public:
  /// Steps come in their order.
  void note(std::size_t step, const model::ToolCall& call, const model::ToolOutcome& outcome);
  /// In how many steps the same call gave the same result, up to now.
  std::size_t repeats(const std::string& key) const;

 private:
  struct Seen {
    std::string result_hash;
    std::size_t count = 0;
    std::size_t step = 0;
  };
  std::map<std::string, Seen> seen_;
};

}  // namespace platos::tools
