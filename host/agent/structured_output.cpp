#include "agent/structured_output.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/json.hpp"

namespace platos::agent {
namespace {

constexpr std::size_t kMaxErrors = 10;
constexpr std::size_t kMaxQuotedBytes = 4000;
constexpr model::JsonLimits kLimits{4 * 1024 * 1024, 64, 100'000};

// Models like to wrap JSON in a fence, with or without a language.
std::string_view without_fence(std::string_view text) {
  text = base::trim(text);
  const auto open = text.find("```");
  if (open == std::string_view::npos) return text;
  const auto line = text.find('\n', open);
  const auto close = line == std::string_view::npos ? line : text.find("```", line);
  return close == std::string_view::npos ? text : base::trim(text.substr(line, close - line));
}

Error invalid(std::vector<std::string> errors) {
  Error error{ErrorKind::InvalidArgument,
              "structured_output_invalid",
              "the model's answer does not fit the output schema: " + errors.front(),
              false,
              0,
              {}};
  if (errors.size() > kMaxErrors) errors.resize(kMaxErrors);
  error.validation_errors = std::move(errors);
  return error;
}

}  // namespace

Result<std::string> read_structured(const model::JsonSchema& schema, std::string_view text) {
  const auto value = model::parse_bounded(without_fence(text), "the answer", kLimits);
  if (!value) return fail(invalid({value.error().message}));
  const auto fits = schema.validate(*value, "the answer", "structured_output_invalid");
  if (fits) return model::dump(*value);
  auto errors = fits.error().validation_errors;
  if (errors.empty()) errors.push_back(fits.error().message);
  return fail(invalid(std::move(errors)));
}

model::ChatMessage correction_of(std::string_view text, const Error& error) {
  model::ChatMessage message;
  message.role = model::Role::User;
  message.text = "That answer does not fit the required JSON schema:\n";
  for (const auto& line : error.validation_errors) message.text += "- " + line + "\n";
  message.text += "\nYour answer began with:\n";
  message.text += base::cut_utf8(text, kMaxQuotedBytes);
  message.text += "\n\nAnswer again with one JSON value that fits the schema, and nothing else.";
  return message;
}

}  // namespace platos::agent
