#include "api/entity_wire.hpp"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "api/tools_wire.hpp"
#include "api/wire.hpp"
#include "base/text.hpp"

namespace platos::api {
namespace {

using model::Json;

constexpr const char* kMask = "********";

Json text_or_nothing(const std::string& text) { return text.empty() ? Json() : Json(text); }

/// Queries and passwords may bear secrets.
Json shown_address(const std::string& url) {
  return url.empty() ? Json() : Json(base::without_password(url.substr(0, url.find_first_of("?#"))));
}

Json instances_to_wire(const std::vector<entities::LinkView>& links) {
  Json list = Json::array();
  for (const auto& each : links) {
    list.push_back({{"id", each.id},
                    {"instance", text_or_nothing(each.instance)},
                    {"connectedAt", time_to_wire(each.connected_us)},
                    {"tools", each.tools},
                    {"pendingCalls", each.pending}});
  }
  return list;
}

std::string word_of(const entities::ToolHealth& said) { return said.status.empty() ? "unknown" : said.status; }

/// Members of what backends said; null where they did not.
Json said_member(const Json& details, const char* name) {
  const auto found = details.find(name);
  return found == details.end() ? Json() : *found;
}

Json details_of(const entities::ToolHealth& said) {
  if (said.details_json.empty()) return Json::object();
  auto details = model::parse_bounded(said.details_json, "what a backend said");
  return details && details->is_object() ? std::move(*details) : Json::object();
}

std::string status_of(const EntityState& state, const std::map<std::string, std::int64_t>& tools, std::size_t total) {
  const auto count = [&tools](const char* word) {
    const auto found = tools.find(word);
    return found == tools.end() ? 0 : found->second;
  };
  if (!state.can_be_called()) return "offline";
  if (total > 0 && count("down") == static_cast<std::int64_t>(total)) return "down";
  return count("down") + count("degraded") > 0 ? "degraded" : "healthy";
}

/// Whether the entity said so itself.
bool was_answered(const tools::Attempt& made) { return !made.error || made.error->code == "tool_failed"; }

}  // namespace

Json to_wire(const model::Entity& entity, const EntityState& state) {
  Json json = to_wire(entity);
  json["liveConnected"] = !state.links.empty();
  json["connectionStatus"] = state.links.empty() ? "disconnected" : "connected";
  json["instances"] = instances_to_wire(state.links);
  json["toolCount"] = state.tools;
  json["lastConnectedAt"] = time_to_wire(state.last ? state.last->connected_us : 0);
  json["callbackUrl"] = shown_address(state.last ? state.last->callback_url : std::string());
  return json;
}

Json to_wire(const EntityToolState& tool) {
  const Json details = details_of(tool.said);
  Json json = to_wire(tool.listed);
  json["needsUser"] = tool.needs_user;
  json["healthStatus"] = word_of(tool.said);
  json["avgLatencyMs"] = said_member(details, "avg_latency_ms");
  json["errorCount"] = said_member(details, "error_count_1h");
  json["lastError"] = said_member(details, "last_error");
  json["health"] = to_wire(tool.seen);
  return json;
}

Json health_to_wire(const model::Entity& entity, const EntityState& state, const std::vector<EntityToolState>& tools) {
  std::map<std::string, std::int64_t> by_status = {{"healthy", 0}, {"degraded", 0}, {"down", 0}, {"unknown", 0}};
  std::int64_t calls = 0;
  std::int64_t failures = 0;
  std::int64_t last_us = 0;
  Json problems = Json::array();
  for (const auto& each : tools) {
    ++by_status[word_of(each.said)];
    calls += each.seen.calls;
    failures += each.seen.failures;
    last_us = std::max(last_us, each.seen.last_called_us);
    if (entities::is_alarming(each.said.status)) {
      problems.push_back({{"toolName", each.listed.tool->name},
                          {"healthStatus", each.said.status},
                          {"lastError", said_member(details_of(each.said), "last_error")}});
    }
  }
  std::size_t pending = 0;
  for (const auto& link : state.links) pending += link.pending;
  return {{"entityId", entity.entity_id},
          {"status", status_of(state, by_status, tools.size())},
          {"liveConnected", !state.links.empty()},
          {"instances", instances_to_wire(state.links)},
          {"pendingCalls", pending},
          {"lastConnectedAt", time_to_wire(state.last ? state.last->connected_us : 0)},
          {"toolCount", tools.size()},
          {"toolsByStatus", by_status},
          {"calls", {{"total", calls}, {"failures", failures}, {"lastCalledAt", time_to_wire(last_us)}}},
          {"problems", std::move(problems)}};
}

Json masked(const tenancy::TestCredentials& credentials) {
  Json headers = Json::object();
  for (const auto& [name, value] : credentials.headers) headers[name] = kMask;
  return {{"userId", text_or_nothing(credentials.user_id)},
          {"userToken", credentials.user_token.empty() ? Json() : Json(kMask)},
          {"headers", std::move(headers)}};
}

Json wire_test_to_wire(const tools::Attempt& made, const tools::Trial& trial,
                       const tenancy::TestCredentials& credentials) {
  const Json row = to_wire(made.row, true);
  Json response;
  if (!made.error) {
    response = {{"result", row["result"]}};
  } else if (was_answered(made)) {
    response = {{"error", made.error->message}};
  }
  return {{"status", made.row.status},
          {"latencyMs", row["latencyMs"]},
          {"callId", made.row.id},
          {"toolName", made.row.tool},
          {"effect", made.row.effect},
          {"result", row["result"]},
          {"error", made.error ? Json(made.error->message) : Json()},
          {"errorCode", made.error ? Json(made.error->code) : Json()},
          {"request",
           {{"method", "tools/call"},
            {"params", {{"name", made.row.tool}, {"arguments", row["args"]}}},
            {"environmentId", trial.who.scope.environment_id},
            {"agentId", text_or_nothing(trial.called_by.empty() ? trial.agent : trial.called_by)},
            {"userId", text_or_nothing(trial.user_id.empty() ? trial.who.user_id : trial.user_id)},
            {"userToken", masked(credentials)["userToken"]},
            {"headers", masked(credentials)["headers"]},
            {"idempotencyKey", "test:" + made.row.id}}},
          {"response", std::move(response)}};
}

}  // namespace platos::api
