// What a request may demand of the model: tools, a form of the answer, thinking. Not all of it goes together.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common.hpp"
#include "common/provider/canonical_request.hpp"
#include "common/provider/tool_names.hpp"
#include "platos/cpp/json_writer.hpp"

namespace platos::provider_anthropic {

/// Pure functions of one request, which it borrows.
///
/// The wire has no response_schema. A tool of our own takes the answer as its arguments, and the model must call it, or
/// any other tool when there are some: then the answer comes in a later step.
class ToolRules {
 public:
  ToolRules(const CanonicalRequest& source, const ToolNames& names);

  /// The tool that takes the answer; empty without response_schema, or when `vendor` has tools of its own.
  const std::string& answer_tool() const noexcept { return answer_tool_; }

  /// What the model may think; nothing when it shall not. The vendor refuses thinking beside a tool that must be
  /// called, and within a chain of tool calls that began without it.
  std::optional<std::int64_t> thinking_budget_tokens() const;

  /// Writes the members "tools" and "tool_choice" where there is something to say.
  void write(sdk::JsonWriter& json, bool mark_for_cache) const;

 private:
  bool forces_tool() const;
  bool chain_began_without_thinking() const;
  void write_tools(sdk::JsonWriter& json, bool mark_for_cache) const;
  void write_tool_choice(sdk::JsonWriter& json) const;
  void write_answer_choice(sdk::JsonWriter& json) const;

  const CanonicalRequest& source_;
  const ToolNames& names_;
  std::string answer_tool_;
};

}  // namespace platos::provider_anthropic
