// Answers that must fit a JSON Schema.
#pragma once

#include <string>
#include <string_view>

#include "model/chat.hpp"
#include "model/json_schema.hpp"

namespace platos::agent {

/// The value in a model's text: the whole text, or what stands in a code fence. InvalidArgument
/// "structured_output_invalid" with at most ten validation errors when it is no JSON or does not fit.
Result<std::string> read_structured(const model::JsonSchema& schema, std::string_view text);

/// What the model is told for its second attempt.
model::ChatMessage correction_of(std::string_view text, const Error& error);

}  // namespace platos::agent
