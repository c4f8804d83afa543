#include "api/wire.hpp"

#include <nlohmann/json.hpp>

#include "base/clock.hpp"

namespace platos::api {
namespace {

using model::Json;

Json time(std::int64_t wall_us) { return time_to_wire(wall_us); }
Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

// Written by this program; still bounded, since it was read from a file.
Json parsed_or_null(const std::string& text) {
  if (text.empty()) return Json();
  return model::parse_bounded(text, "a stored value", {64 * 1024 * 1024, 64, 1'000'000}).value_or(Json());
}

void add_scope(Json& json, const model::Scope& scope) {
  json["organizationId"] = scope.organization_id;
  json["projectId"] = scope.project_id;
  json["environmentId"] = scope.environment_id;
}

}  // namespace

Json to_wire(const model::Agent& agent, const model::Scope& scope) {
  Json json = model::to_json(agent.config);
  add_scope(json, scope);
  json["id"] = agent.id;
  json["slug"] = agent.slug;
  json["name"] = agent.name;
  json["isActive"] = agent.active;
  json["currentVersionId"] = agent.version_id;
  json["versionNumber"] = agent.version_number;
  json["createdAt"] = time(agent.created_us);
  json["updatedAt"] = time(agent.updated_us);
  json["_count"] = {{"threads", agent.thread_count}};
  return json;
}

Json to_wire(const model::AgentVersion& version, const std::string& current_version_id) {
  return {{"id", version.id},
          {"agentId", version.agent_id},
          {"versionNumber", version.number},
          {"createdBy", version.created_by},
          {"note", text_or_null(version.note)},
          {"snapshot", model::to_json(version.config)},
          {"isCurrent", version.id == current_version_id},
          {"isCanary", false},
          {"createdAt", time(version.created_us)}};
}

Json to_wire(const model::Thread& thread, const model::Scope& scope) {
  Json json = {{"id", thread.id},
               {"agentId", thread.agent_id},
               {"userId", thread.user_id},
               {"title", text_or_null(thread.title)},
               {"status", thread.state},
               {"turnCount", thread.turn_count},
               {"tags", thread.tags},
               {"pinnedAt", time(thread.pinned_us)},
               {"parentThreadId", text_or_null(thread.parent_id)},
               {"forkedFromMessageId", text_or_null(thread.forked_from_id)},
               {"createdByUserId", thread.user_id},
               {"platosEndUserId", nullptr},  // profiles are found by the user's own id
               {"compactedSummary", text_or_null(thread.summary)},
               {"archivedAt", time(thread.archived_us)},
               {"createdAt", time(thread.created_us)},
               {"updatedAt", time(thread.updated_us)}};
  add_scope(json, scope);
  return json;
}

Json to_wire(const store::SafetyEventRow& row) {
  return {{"id", row.id},
          {"agentId", text_or_null(row.agent_id)},
          {"threadId", text_or_null(row.thread_id)},
          {"runId", text_or_null(row.run_id)},
          {"userId", text_or_null(row.user_id)},
          {"detector", row.detector},
          {"action", row.action},
          {"severity", row.severity},
          {"detail", row.detail},
          {"meta", parsed_or_null(row.meta_json)},
          {"toolName", text_or_null(row.tool_name)},
          {"toolCallId", text_or_null(row.tool_call_id)},
          {"createdAt", time(row.created_us)}};
}

Json to_wire(const model::Message& message) {
  return {{"id", message.id},
          {"threadId", message.thread_id},
          {"runId", message.run_id},
          {"role", message.role},
          {"status", message.state},
          {"content", message.content},
          {"thinkingContent", text_or_null(message.thinking)},
          {"toolCalls", parsed_or_null(message.tool_calls_json)},
          {"responseJson", parsed_or_null(message.response_json)},
          {"replyCount", message.reply_count},
          {"threadReplyToId", text_or_null(message.reply_to_id)},
          {"editParentMessageId", text_or_null(message.edit_parent_id)},
          {"revision", message.revision},
          {"authorAgentId", nullptr},  // of clusters, which are not here yet
          {"createdAt", time(message.created_us)}};
}

Json to_wire(const model::RunRecord& run) {
  Json json = {{"id", run.id},
               {"kind", run.kind},
               {"status", model::to_text(run.state)},
               {"agentId", text_or_null(run.agent_id)},
               {"versionId", text_or_null(run.version_id)},
               {"threadId", text_or_null(run.thread_id)},
               {"userId", run.user_id},
               {"attempt", run.attempt},
               {"requestId", text_or_null(run.request_id)},
               {"output", parsed_or_null(run.output_json)},
               {"error", nullptr},
               {"createdAt", time(run.created_us)},
               {"startedAt", time(run.started_us)},
               {"finishedAt", time(run.finished_us)}};
  if (!run.error_code.empty()) json["error"] = {{"code", run.error_code}, {"message", run.error_message}};
  return json;
}

Json to_wire(const extension::PluginInfo& plugin) {
  Json instances = Json::array();
  for (const auto& instance : plugin.instances) {
    instances.push_back({{"name", instance.name},
                         {"component", instance.component},
                         {"interface", text_or_null(instance.interface_id)},
                         {"state", instance.state},
                         {"error", text_or_null(instance.error)}});
  }
  return {{"id", plugin.id},
          {"name", text_or_null(plugin.name)},
          {"version", text_or_null(plugin.version)},
          {"description", text_or_null(plugin.description)},
          {"folder", text_or_null(plugin.folder)},
          {"shipped", plugin.shipped},
          {"state", plugin.state},
          {"error", text_or_null(plugin.error)},
          {"trust", plugin.trust},
          {"interfaces", plugin.interfaces},
          {"warnings", plugin.warnings},
          {"instances", std::move(instances)}};
}

Json to_wire(const model::Organization& organization) {
  return {{"id", organization.id},
          {"slug", organization.slug},
          {"name", organization.name},
          {"createdAt", time(organization.created_us)}};
}

Json to_wire(const model::Project& project) {
  return {{"id", project.id},
          {"organizationId", project.organization_id},
          {"slug", project.slug},
          {"name", project.name},
          {"createdAt", time(project.created_us)}};
}

Json to_wire(const model::Environment& environment) {
  return {{"id", environment.id},
          {"organizationId", environment.organization_id},
          {"projectId", environment.project_id},
          {"slug", environment.slug},
          {"type", environment.type},
          {"name", environment.name},
          {"createdAt", time(environment.created_us)}};
}

Json to_wire(const model::Membership& membership) {
  return {{"organizationId", membership.organization_id},
          {"userId", membership.user_id},
          {"role", membership.role},
          {"name", membership.user.name},
          {"email", text_or_null(membership.user.email)},
          {"createdAt", time(membership.created_us)}};
}

Json to_wire(const model::AccessKey& key) {
  return {{"environmentId", key.environment_id},
          {"prefix", key.prefix},
          {"origins", key.origins},
          {"createdAt", time(key.created_us)},
          {"lastUsedAt", time(key.last_used_us)}};
}

Json to_wire(const model::PersonalToken& token) {
  return {{"id", token.id},
          {"organizationId", token.organization_id},
          {"userId", token.user_id},
          {"name", token.name},
          {"prefix", token.prefix},
          {"role", token.role},
          {"createdAt", time(token.created_us)},
          {"expiresAt", time(token.expires_us)},
          {"lastUsedAt", time(token.last_used_us)},
          {"revokedAt", time(token.revoked_us)}};
}

Json to_wire(const model::Entity& entity) {
  return {{"id", entity.id},
          {"organizationId", entity.organization_id},
          {"projectId", entity.project_id},
          {"entityId", entity.entity_id},
          {"displayName", entity.name},
          {"allowedOrigins", entity.origins},
          {"linkedAgentIds", entity.linked_agents},
          {"hasTestCredentials", entity.has_test_credentials},
          {"formerSecretUntil", time(entity.former_until_us)},
          {"createdAt", time(entity.created_us)},
          {"updatedAt", time(entity.updated_us)}};
}

Json to_wire(const model::EndUser& user) {
  return {{"id", user.id},
          {"profile", parsed_or_null(user.profile_json)},
          {"createdAt", time(user.created_us)},
          {"lastSeenAt", time(user.last_seen_us)}};
}

Json to_wire(const model::EnvironmentVariable& variable) {
  return {{"name", variable.name},
          {"value", variable.secret ? Json() : Json(variable.value)},
          {"isSecret", variable.secret},
          {"updatedAt", time(variable.updated_us)}};
}

Json to_wire(const model::AuditEntry& entry) {
  return {{"id", entry.id},
          {"organizationId", entry.organization_id},
          {"environmentId", text_or_null(entry.environment_id)},
          {"actor", entry.actor},
          {"action", entry.action},
          {"subject", entry.subject},
          {"detail", parsed_or_null(entry.detail_json)},
          {"address", entry.address},
          {"requestId", entry.request_id},
          {"createdAt", time(entry.created_us)}};
}

Json to_wire(const model::CatalogueModel& model) {
  const auto count = [](std::int64_t tokens) { return tokens == 0 ? Json() : Json(tokens); };
  Json json = {{"id", model.id},
               {"contextTokens", count(model.context_tokens)},
               {"maxOutputTokens", count(model.max_output_tokens)},
               {"costKnown", model.price.has_value()},
               {"usdPerMillion", nullptr}};
  constexpr double kMicro = 1e6;
  if (model.price) {
    json["usdPerMillion"] = {{"input", static_cast<double>(model.price->input) / kMicro},
                             {"output", static_cast<double>(model.price->output) / kMicro}};
  }
  return json;
}

Json time_to_wire(std::int64_t wall_us) { return wall_us == 0 ? Json() : Json(base::format_iso8601(wall_us)); }

}  // namespace platos::api
