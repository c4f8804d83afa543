// Something that offers tools: a skill instance.
#pragma once

#include <string>
#include <vector>

#include "base/cancellation.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "model/tool.hpp"
#include "ports/call_context.hpp"

namespace platos::ports {

/// Immutable; invoke() is called on loops and runs elsewhere. Implemented by `extension` and tests.
class ToolSource {
 public:
  virtual ~ToolSource() = default;
  virtual const std::string& instance() const = 0;

  /// Read once, when the instance was made.
  virtual const std::vector<model::Tool>& tools() const = 0;

  /// Runs one tool. The result is one JSON value. Errors: InvalidArgument (the model may correct itself), Deadline,
  /// Unavailable, Cancelled, or what the tool says. An error means: it is not known to have had an effect.
  virtual Task<Result<std::string>> invoke(CallContext context, std::string tool, std::string arguments_json,
                                           base::CancelToken cancel) = 0;
};

}  // namespace platos::ports
