#include "mock_provider/script.hpp"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "mock_provider/clock.hpp"

namespace platos::tests::mock {
namespace {

constexpr std::int64_t kPromptTokensPerMessage = 10;
constexpr std::size_t kArgumentPieceBytes = 8;

bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

/// Pieces of a UTF-8 text, never cut inside a character; at least two when there are two characters.
std::vector<std::string_view> cut_in_pieces(std::string_view text) {
  std::vector<std::string_view> pieces;
  const std::size_t piece_bytes = std::clamp<std::size_t>(text.size() / 2, 1, kArgumentPieceBytes);
  while (!text.empty()) {
    std::size_t end = std::min(piece_bytes, text.size());
    while (end < text.size() && continues_character(text[end])) ++end;
    pieces.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return pieces;
}

/// Words with the space that follows them: joined they are the text again.
std::vector<std::string_view> cut_in_words(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  std::vector<std::string_view> words;
  std::size_t start = 0;
  while (start < text.size()) {
    const std::size_t letter = text.find_first_not_of(kSpace, start);
    const std::size_t space = letter == std::string_view::npos ? letter : text.find_first_of(kSpace, letter);
    const std::size_t end = std::min(text.find_first_not_of(kSpace, std::min(space, text.size())), text.size());
    words.push_back(text.substr(start, end - start));
    start = end;
  }
  return words;
}

std::string arguments_for(ToolArguments kind, const std::string& user_text) {
  switch (kind) {
    case ToolArguments::NotJson: return R"({"query": "cut off here)";
    case ToolArguments::Array: return nlohmann::json::array({user_text}).dump();
    case ToolArguments::Query:
    case ToolArguments::Unspecified: break;
  }
  return nlohmann::json{{"query", user_text}}.dump();
}

std::string name_not_in(const std::vector<std::string>& names) {
  std::string name = "no_such_tool";
  while (std::find(names.begin(), names.end(), name) != names.end()) name += '_';
  return name;
}

/// The call in {"tool": "name", "arguments": {}}, which may stand behind other text; null when there is none, or when
/// the tool is not on offer and the model does not invent names.
nlohmann::json spelled_call(const Behaviour& behaviour, const ChatRequest& request) {
  const auto line = request.last_user_text.rfind("\n{");
  const std::size_t start = line == std::string::npos ? 0 : line + 1;
  if (request.has_tool_result) return nullptr;
  auto call = nlohmann::json::parse(request.last_user_text.substr(start), nullptr, false);
  const bool whole =
      call.is_object() && call.contains("arguments") && call.contains("tool") && call["tool"].is_string();
  if (!whole) return nullptr;
  const auto& tools = request.tools;
  const bool offered = std::find(tools.begin(), tools.end(), call["tool"].get<std::string>()) != tools.end();
  return offered || behaviour.unknown_tool ? call : nlohmann::json();
}

bool wants_tool(const Behaviour& behaviour, const ChatRequest& request) {
  if (behaviour.tool_by_message && request.allows_tools && !spelled_call(behaviour, request).is_null()) return true;
  if (request.must_call_tool) return true;
  if (behaviour.tool_use == ToolUse::Never || !request.allows_tools) return false;
  if (behaviour.tool_use == ToolUse::UntilResult && request.has_tool_result) return false;
  return behaviour.unknown_tool || !request.tools.empty();
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) { out += nlohmann::json(text).dump(); }

Script::Script(const Behaviour& behaviour, const ChatRequest& request, std::int64_t request_number)
    : prompt_tokens_(kPromptTokensPerMessage * request.messages) {
  if (wants_tool(behaviour, request)) {
    plan_calls(behaviour, request, request_number);
  } else {
    plan_text(behaviour, request);
  }
}

void Script::plan_calls(const Behaviour& behaviour, const ChatRequest& request, std::int64_t request_number) {
  const auto call = behaviour.tool_by_message ? spelled_call(behaviour, request) : nlohmann::json();
  if (!call.is_null()) {
    calls_.push_back({"call_" + std::to_string(request_number) + "_0", call["tool"], call["arguments"].dump()});
    append_call_pieces(0, calls_.back());
    count_ = static_cast<std::int64_t>(call_deltas_.size());
    return;
  }
  for (std::int64_t i = 0; i < behaviour.tool_calls; ++i) {
    const auto index = static_cast<std::size_t>(i);
    const std::string id = "call_" + std::to_string(request_number) + "_" + std::to_string(i);
    std::string name =
        behaviour.unknown_tool ? name_not_in(request.tools) : request.tools[index % request.tools.size()];
    calls_.push_back({id, std::move(name), arguments_for(behaviour.tool_arguments, request.last_user_text)});
    append_call_pieces(index, calls_.back());
  }
  count_ = static_cast<std::int64_t>(call_deltas_.size());
}

void Script::append_call_pieces(std::size_t index, const Call& call) {
  const std::string start = R"({"tool_calls":[{"index":)" + std::to_string(index);
  std::string first = start + R"(,"id":")" + call.id + R"(","type":"function","function":{"name":)";
  append_json_string(first, call.name);
  call_deltas_.push_back(first + R"(,"arguments":""}}]})");
  pieces_.push_back({index, true, ""});
  for (const auto piece : cut_in_pieces(call.arguments)) {
    std::string next = start + R"(,"function":{"arguments":)";
    append_json_string(next, piece);
    call_deltas_.push_back(next + "}}]}");
    pieces_.push_back({index, false, std::string(piece)});
  }
}

void Script::plan_text(const Behaviour& behaviour, const ChatRequest& request) {
  echo_ = behaviour.echo;
  big_bytes_ = static_cast<std::size_t>(behaviour.big_kib) * 1024;
  half_utf8_ = behaviour.half_utf8;
  count_ = behaviour.tokens;
  if (echo_) {
    for (const auto word : cut_in_words(request.last_user_text)) {
      const std::string quoted = nlohmann::json(word).dump();
      words_.push_back(quoted.substr(1, quoted.size() - 2));
    }
    count_ = static_cast<std::int64_t>(words_.size());
  }
  // "never" tests what ends an endless stream, so a token limit must not.
  if (count_ != Behaviour::kEndless && request.max_tokens && *request.max_tokens < count_) {
    count_ = *request.max_tokens;
    shortened_ = true;
  }
}

std::string_view Script::role_delta() const {
  return calls_.empty() ? R"({"role":"assistant","content":"","refusal":null})"
                        : R"({"role":"assistant","content":null})";
}

void Script::append_delta(std::int64_t index, std::string& out) {
  if (!calls_.empty()) {
    out += call_deltas_[static_cast<std::size_t>(index)];
    return;
  }
  out += R"({"content":")";
  append_text(index, out);
  out += "\"}";
}

void Script::append_text(std::int64_t index, std::string& out) {
  if (echo_) {
    out += words_[static_cast<std::size_t>(index)];
  } else if (index == 0 && big_bytes_ > 0) {
    out.append(big_bytes_, 'x');
  } else {
    append_stamp(out);
  }
  if (index == 0 && half_utf8_) out += '\xC3';
}

void Script::append_stamp(std::string& out) {
  last_stamp_us_ = std::max(last_stamp_us_ + 1, monotonic_ns() / 1000);
  char text[24];
  std::snprintf(text, sizeof text, "@%016lld@", static_cast<long long>(last_stamp_us_));
  out += text;
}

std::string Script::message() {
  if (calls_.empty()) {
    std::string text = R"({"role":"assistant","content":")";
    for (std::int64_t i = 0; i < count_; ++i) append_text(i, text);
    return text + R"(","refusal":null})";
  }
  nlohmann::json calls = nlohmann::json::array();
  for (const Call& call : calls_) {
    const nlohmann::json function = {{"name", call.name}, {"arguments", call.arguments}};
    calls.push_back({{"id", call.id}, {"type", "function"}, {"function", function}});
  }
  return R"({"role":"assistant","content":null,"refusal":null,"tool_calls":)" + calls.dump() + "}";
}

std::string_view Script::finish_reason() const {
  if (!calls_.empty()) return "tool_calls";
  return shortened_ ? "length" : "stop";
}

std::string Script::usage(std::int64_t completion_tokens) const {
  return R"({"prompt_tokens":)" + std::to_string(prompt_tokens_) + R"(,"completion_tokens":)" +
         std::to_string(completion_tokens) + R"(,"total_tokens":)" +
         std::to_string(prompt_tokens_ + completion_tokens) +
         R"(,"prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}})";
}

}  // namespace platos::tests::mock
