// Rows as clients see them: camelCase, ISO times.
#pragma once

#include "extension/plugin_host.hpp"
#include "model/agent.hpp"
#include "model/json.hpp"
#include "model/run.hpp"
#include "model/scope.hpp"
#include "store/safety_events.hpp"

namespace platos::api {

model::Json to_wire(const model::Agent& agent, const model::Scope& scope);
model::Json to_wire(const model::AgentVersion& version, const std::string& current_version_id);
model::Json to_wire(const model::Thread& thread, const model::Scope& scope);
model::Json to_wire(const store::SafetyEventRow& row);
model::Json to_wire(const model::Message& message);
model::Json to_wire(const model::RunRecord& run);
model::Json to_wire(const extension::PluginInfo& plugin);

}  // namespace platos::api
