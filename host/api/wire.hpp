// Rows as clients see them: camelCase, ISO times.
#pragma once

#include "extension/plugin_host.hpp"
#include "model/agent.hpp"
#include "model/json.hpp"
#include "model/prices.hpp"
#include "model/run.hpp"
#include "model/scope.hpp"
#include "model/tenancy.hpp"
#include "store/safety_events.hpp"

namespace platos::api {

model::Json to_wire(const model::Agent& agent, const model::Scope& scope);
model::Json to_wire(const model::AgentVersion& version, const std::string& current_version_id);
model::Json to_wire(const model::Thread& thread, const model::Scope& scope);
model::Json to_wire(const store::SafetyEventRow& row);
model::Json to_wire(const model::Message& message);
model::Json to_wire(const model::RunRecord& run);
model::Json to_wire(const extension::PluginInfo& plugin);
model::Json to_wire(const model::Organization& organization);
model::Json to_wire(const model::Project& project);
model::Json to_wire(const model::Environment& environment);
model::Json to_wire(const model::Membership& membership);
model::Json to_wire(const model::AccessKey& key);
model::Json to_wire(const model::PersonalToken& token);
/// Without its secrets.
model::Json to_wire(const model::Entity& entity);
model::Json to_wire(const model::EndUser& user);
/// The value of a secret one is null.
model::Json to_wire(const model::EnvironmentVariable& variable);
model::Json to_wire(const model::AuditEntry& entry);
model::Json to_wire(const model::CatalogueModel& model);
/// ISO 8601; null for 0.
model::Json time_to_wire(std::int64_t wall_us);

}  // namespace platos::api
