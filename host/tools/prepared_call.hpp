// A tool call on its way: what is known of it before it is made.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/approval.hpp"
#include "model/tool.hpp"
#include "model/tool_costs.hpp"
#include "telemetry/tracer.hpp"

namespace platos::tools {

/// What is known of a call when its step is done again after a crash.
enum class CallHistory { Unspecified, New, Started };

struct PendingCall {
  model::ToolCall call;
  CallHistory history = CallHistory::New;
  std::vector<model::ToolOutcome> settled_parts = {};  ///< of execute_tools: those that have an outcome already
  std::set<std::string> started_parts = {};            ///< of execute_tools: ids
};

/// What people are to decide before a call is made, or in its place.
struct Question {
  model::ToolCall call;  ///< with the arguments that would run
  std::string source;    ///< "tool_call", "request_approval", "loop_detector"
  std::string action;
  std::string details;
  std::string schema_json;  ///< of the arguments
  model::ApprovalPolicy policy;
};

/// How a call ended, and the whole of a result that is too long for a model.
struct CallEnd {
  model::ToolOutcome outcome;
  std::string whole_result_json = {};          ///< empty: the outcome has all of it
  std::optional<model::ToolUsage> usage = {};  ///< of a skill's tool that has run
};

struct PreparedCall {
  model::ToolCall call;  ///< with resolved arguments, as the governors left them
  std::string key;       ///< call_key() of what the model wrote
  const model::Tool* tool = nullptr;
  CallHistory history = CallHistory::New;
  std::optional<model::ToolOutcome> refusal;  ///< known without dispatch
  std::optional<Question> question;
  bool approved = false;  ///< by people
  bool in_doubt = false;  ///< started before a crash: only its reconcile tool may say what became of it
  bool is_part = false;   ///< of execute_tools
  telemetry::SpanContext parent;
  std::int64_t started_us = 0;

  bool needs_barrier() const { return !refusal && tool->effect != model::Effect::Read; }
};

}  // namespace platos::tools
