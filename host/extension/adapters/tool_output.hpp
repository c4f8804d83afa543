// Collects what a tool says into one JSON value.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/logger.hpp"
#include "base/result.hpp"
#include "platos/skill.h"

namespace platos::extension {

/// Bound to the worker thread of its call. Text pieces join; one JSON output is the value itself; several outputs of
/// different kinds become an array. Progress and log lines go to the log.
class ToolOutput {
 public:
  ToolOutput(base::Logger& logger, const std::string& instance);
  const platos_tool_sink_t* sink() const { return &table_; }

  /// The JSON value, or the breach that was seen.
  Result<std::string> take();

 private:
  std::int32_t emit(const platos_output_t* output);
  Result<void> add(const platos_output_t& output);

  base::Logger& logger_;
  const std::string& instance_;
  platos_tool_sink_t table_;
  std::size_t bytes_ = 0;
  std::string text_;
  std::vector<std::string> values_;  // JSON
  std::optional<Error> refusal_;
};

}  // namespace platos::extension
