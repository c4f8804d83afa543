// Tools and calls of them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "model/json.hpp"

namespace platos::model {

class JsonSchema;

/// What may happen to a call that was started and not settled when the process died.
enum class Effect {
  Unspecified,
  Read,        ///< repeat it
  Idempotent,  ///< repeat it with the same key
  Once,        ///< never repeat it: the outcome is unknown
};

std::string_view to_text(Effect effect);
/// Anything unknown is Once: the safe reading.
Effect effect_from_text(std::string_view text);

/// One tool as its source describes it.
struct Tool {
  std::string instance;    ///< of its source: a plugin's instance, "entity:<id>", "package:<slug>", "platos.<meta>"
  std::string name;        ///< as the source knows it
  std::string model_name;  ///< as the model sees it: <instance>__<name>, with '.' and '-' as '_'
  std::string description;
  std::string input_schema_json;
  std::shared_ptr<const JsonSchema> input_schema;  ///< the same, compiled; null: any object will do
  Effect effect = Effect::Once;
  bool requires_approval = false;
  std::int64_t timeout_ms = 0;  ///< 0: the host's limit
  std::string category;         ///< empty: none
  std::string reconcile_tool;   ///< of the same source: tells, by the key of a call, what became of it; empty: none
};

/// Of all turns that have it. It may share the life of the source that holds it.
using SharedTool = std::shared_ptr<const Tool>;

std::string model_tool_name(std::string_view instance, std::string_view tool);

/// A call that a model asked for.
struct ToolCall {
  std::string call_id;      ///< host-made, the callId on the wire: "call_" and a ULID
  std::string provider_id;  ///< the provider's own id; echoed to that provider only
  std::string model_name;
  std::string arguments_json;  ///< as the model wrote it; may be anything
};

/// How a call ended. `result_json` is one JSON value.
struct ToolOutcome {
  std::string call_id;
  std::string result_json = "null";
  bool is_error = false;
  std::string code;         ///< for errors: "invalid_arguments", "outcome_unknown", "unknown_tool", "tool_failed" ...
  bool maybe_done = false;  ///< of an error: it may have had its effect, and may be repeated under the same key

  /// Nobody knows whether it had its effect.
  bool is_in_doubt() const { return maybe_done || code == "outcome_unknown"; }
};

Json to_json(const ToolCall& call);
ToolCall tool_call_from_json(const Json& json);
/// As journals keep it.
std::string encode(const ToolOutcome& outcome);
ToolOutcome tool_outcome_from_json(const Json& json);

}  // namespace platos::model
