// The two wires that the mock speaks, and how each reports a failure.
#pragma once

#include <string>

namespace platos::tests::mock {

enum class Dialect {
  Unspecified,
  Chat,     ///< POST .../chat/completions, as OpenAI made it
  Messages  ///< POST .../v1/messages, as Anthropic made it
};

/// The JSON body of a refusal. `code` may be empty; the Messages wire has no place for it.
std::string error_body(Dialect dialect, int status, const std::string& code, const std::string& message);

/// The body of a failure that a model name asked for with `s<code>`.
std::string failure_body(Dialect dialect, int status);

}  // namespace platos::tests::mock
