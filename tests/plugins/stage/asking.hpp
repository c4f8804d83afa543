// What the tests of memories, embedders, governors and observers ask of a daemon.
#pragma once

#include <string>
#include <vector>

#include "plugins/stage/plugin_stage.hpp"

namespace platos::tests {

/// The model that makes the tool call which the message spells out.
inline const std::string kCallingModel = "mock:mock-toolsay";

/// Switches off the governor that comes with the package, so that a test has its own alone. Before start(), and with
/// settings_with().
void without_shipped_governor(const PluginStage& stage);

/// Settings "section.key=value" of a daemon that wants no governor by name.
std::vector<std::string> settings_with(const std::vector<std::string>& pairs);

/// A turn in which the model calls one tool; the tool_result event.
Json call_tool(const PluginStage& stage, const std::string& tool, const Json& arguments,
               const std::vector<std::string>& skills = {}, const Json& agent = Json::object());

/// The same for the meta-tools of memory, by an agent that is reminded of nothing by itself.
Json remember(const PluginStage& stage, const std::string& content);
Json recall(const PluginStage& stage, const std::string& query);

/// True when a tool_result of remember() says that the memory is kept.
bool is_saved(const Json& result);

/// True when a request to the model holds `text`.
bool model_saw(const MockProvider& mock, const std::string& text);

/// The rows of the safety ledger, newest first; those of one run in no order of their own.
Json safety_events(const Daemon& daemon);

/// The value of the first sample in /metrics that begins with `name` and holds every part; -1 when there is none.
double metric(const Daemon& daemon, const std::string& name, const std::vector<std::string>& parts = {});

}  // namespace platos::tests
