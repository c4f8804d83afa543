#include "messages_request.hpp"

#include <array>
#include <charconv>
#include <vector>

#include "cache_mark.hpp"
#include "common/provider/canonical_request.hpp"
#include "conversation_writer.hpp"
#include "platos/cpp/error.hpp"
#include "platos/cpp/json_writer.hpp"
#include "tool_rules.hpp"

namespace platos::provider_anthropic {
namespace {

// The wire wants a limit. Early models refuse more than the lower one; of others nothing is known.
std::int64_t default_max_tokens(std::string_view raw_model) {
  constexpr std::int64_t kLow = 4096;
  constexpr std::int64_t kHigh = 8192;
  constexpr std::array<std::string_view, 5> kEarly = {"\"claude-2", "\"claude-instant", "\"claude-3-opus",
                                                      "\"claude-3-sonnet", "\"claude-3-haiku"};
  for (const std::string_view early : kEarly) {
    if (raw_model.starts_with(early)) return kLow;
  }
  return raw_model.starts_with("\"claude-") ? kHigh : kLow;
}

std::int64_t token_limit(std::string_view raw_number) {
  std::int64_t number = 0;
  const char* const end = raw_number.data() + raw_number.size();
  const auto parsed = std::from_chars(raw_number.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end || number < 1) {
    throw WrongType("an integer of at least 1", "max_output_tokens", "something else");
  }
  return number;
}

/// Writes one body. What `vendor` has is not written by the other members.
class BodyWriter {
 public:
  BodyWriter(const CanonicalRequest& source, const Config& config, const ToolNames& names, const ToolRules& rules,
             std::string& out)
      : source_(source), config_(config), names_(names), rules_(rules), json_(out) {}

  void write() {
    json_.begin_object().key("model").raw(source_.raw_model).key("stream").value(source_.stream);
    write_limits();
    rules_.write(json_, config_.prompt_caching);
    write_system();
    ConversationWriter(json_, names_).write(source_.messages, config_.prompt_caching);
    for (const auto& [key, raw_value] : source_.vendor) json_.key(key).raw(raw_value);
    json_.end_object();
  }

 private:
  void write_limits();
  void write_system();
  std::int64_t max_tokens(std::int64_t thinking_tokens) const;

  const CanonicalRequest& source_;
  const Config& config_;
  const ToolNames& names_;
  const ToolRules& rules_;
  sdk::JsonWriter json_;
};

void BodyWriter::write_limits() {
  const auto thinking_tokens = rules_.thinking_budget_tokens();
  if (!source_.vendor_has("max_tokens")) json_.key("max_tokens").value(max_tokens(thinking_tokens.value_or(0)));
  if (thinking_tokens) {
    json_.key("thinking").begin_object().key("type").value("enabled");
    json_.key("budget_tokens").value(*thinking_tokens).end_object();
  }
  // The vendor refuses a temperature beside thinking.
  if (source_.raw_temperature && !thinking_tokens && !source_.vendor_has("temperature")) {
    json_.key("temperature").raw(*source_.raw_temperature);
  }
  if (source_.raw_stop.empty() || source_.vendor_has("stop_sequences")) return;
  json_.key("stop_sequences").begin_array();
  for (const std::string_view raw_text : source_.raw_stop) json_.raw(raw_text);
  json_.end_array();
}

// On this wire the limit counts thoughts too; the default is for the answer alone.
std::int64_t BodyWriter::max_tokens(std::int64_t thinking_tokens) const {
  if (!source_.raw_max_output_tokens) {
    const std::int64_t for_answer =
        config_.max_output_tokens > 0 ? config_.max_output_tokens : default_max_tokens(source_.raw_model);
    return for_answer + thinking_tokens;
  }
  const std::int64_t limit = token_limit(*source_.raw_max_output_tokens);
  if (thinking_tokens >= limit) {
    throw WrongType("less than max_output_tokens, which is " + std::to_string(limit), "thinking.budget_tokens",
                    std::to_string(thinking_tokens) + " (the least is 1024)");
  }
  return limit;
}

void BodyWriter::write_system() {
  if (source_.raw_system_text.empty() || source_.vendor_has("system")) return;
  json_.key("system").begin_array().begin_object().key("type").value("text");
  json_.key("text").raw(with_quotes(source_.raw_system_text));
  if (config_.prompt_caching) write_cache_mark(json_);
  json_.end_object().end_array();
}

MessagesRequest translate(const CanonicalRequest& source, const Config& config) {
  MessagesRequest request;
  request.stream = source.stream;
  request.tool_names = ToolNames(source.raw_tool_names());
  const ToolRules rules(source, request.tool_names);
  request.answer_tool = rules.answer_tool();
  BodyWriter(source, config, request.tool_names, rules, request.body).write();
  return request;
}

}  // namespace

MessagesRequest build_messages_request(std::string_view request_json, const Config& config) {
  return with_canonical_request(request_json,
                                [&](const CanonicalRequest& source) { return translate(source, config); });
}

}  // namespace platos::provider_anthropic
