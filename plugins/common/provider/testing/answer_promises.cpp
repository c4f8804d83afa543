#include "common/provider/testing/answer_promises.hpp"

#include <simdjson.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

namespace platos::provider_common::testing {
namespace {

bool is_clean(const std::string& text) {
  const auto is_control = [](char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f; };
  return simdjson::validate_utf8(text) && std::none_of(text.begin(), text.end(), is_control);
}

/// Follows one event of a tool call: BEGIN, ARGS, END in this order.
std::string broken_tool_order(const std::string& event, std::set<std::string>& open_tools) {
  const std::size_t kind_end = event.find(':');
  const std::string kind = event.substr(0, kind_end);
  if (!kind.starts_with("tool_")) return {};
  const std::string index = event.substr(kind_end + 1, event.find(':', kind_end + 1) - kind_end - 1);
  if (kind == "tool_begin") return open_tools.insert(index).second ? "" : "two TOOL_BEGIN of one index";
  if (open_tools.count(index) == 0) return "an event of a tool call outside of it: " + event;
  if (kind == "tool_end") open_tools.erase(index);
  return {};
}

}  // namespace

std::string broken_promise(const Result& result) {
  if (result.done != (result.status == PLATOS_OK)) return "neither done nor failed";
  if (result.stops() != (result.done ? 1u : 0u)) return "not exactly one STOP in a complete answer";
  if (result.done && !result.events.back().starts_with("stop:")) return "an event after STOP";
  if (!result.done && (result.message.empty() || result.message.size() > 600)) return "no message, or a long one";
  if (!is_clean(result.message)) return "an unsafe message: " + result.message;
  if (!result.done && !nlohmann::json::accept(result.detail_json)) return "a broken detail: " + result.detail_json;
  std::set<std::string> open_tools;  // by index
  for (const std::string& event : result.events) {
    if (!simdjson::validate_utf8(event)) return "an event that is not UTF-8";
    if (const std::string problem = broken_tool_order(event, open_tools); !problem.empty()) return problem;
  }
  return !result.done || open_tools.empty() ? "" : "a tool call without TOOL_END";
}

}  // namespace platos::provider_common::testing
