// A tool call on its way: what is known of it before it is made.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/approval.hpp"
#include "model/tool.hpp"
#include "model/tool_costs.hpp"
#include "telemetry/tracer.hpp"

namespace platos::tools {

/// How a call was begun by a process that is gone: what ran then is what may run again.
struct BegunCall {
  model::Effect effect = model::Effect::Once;
  std::string arguments_json = {};   ///< empty: those that the model wrote
  std::string idempotency_key = {};  ///< empty: its own
};

struct PendingCall {
  model::ToolCall call;
  std::optional<BegunCall> begun = {};
  std::vector<model::ToolOutcome> settled_parts = {};  ///< of execute_tools: those that have an outcome already
  std::map<std::string, BegunCall> begun_parts = {};   ///< of execute_tools, by id
  std::optional<model::Approval> asked = {};           ///< what a former attempt asked people about it
};

/// What people are to decide before a call is made, or in its place.
struct Question {
  model::ToolCall call;  ///< with the arguments that would run
  std::string source;    ///< "tool_call", "request_approval", "loop_detector"
  std::string tool;      ///< that a yes lets run; empty: none
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
  std::string written_arguments_json;         ///< as the model wrote them
  std::string idempotency_key;                ///< that every attempt hands to the tool
  std::optional<BegunCall> begun;             ///< by a process that is gone
  std::optional<model::ToolOutcome> refusal;  ///< known without dispatch
  std::optional<Question> question;
  bool in_doubt = false;  ///< begun before a crash: only its reconcile tool may say what became of it
  bool is_part = false;   ///< of execute_tools
  telemetry::SpanContext parent;
  std::int64_t started_us = 0;

  bool needs_barrier() const { return !refusal && tool->effect != model::Effect::Read; }
};

}  // namespace platos::tools
