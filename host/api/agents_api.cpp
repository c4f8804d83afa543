// Agents: create, list, get, change, delete, versions.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/api.hpp"
#include "api/paging.hpp"
#include "api/responses.hpp"
#include "api/wire.hpp"

namespace platos::api {
namespace {

using namespace model;  // the rights
using ingress::Response;
using model::Json;

Result<std::optional<std::vector<std::string>>> text_list(const Json& body, const char* member) {
  const auto found = body.find(member);
  if (found == body.end() || found->is_null()) return std::nullopt;
  if (!found->is_array()) return fail(model::invalid_field(member, "an array of strings", model::kind_of(*found)));
  std::vector<std::string> list;
  for (const auto& item : *found) {
    if (!item.is_string()) return fail(model::invalid_field(member, "an array of strings", model::kind_of(item)));
    list.push_back(item.get<std::string>());
  }
  return list;
}

bool is_object(const Json& value) { return value.is_object(); }

bool is_block_list(const Json& value) {
  if (!value.is_array()) return false;
  return std::all_of(value.begin(), value.end(), [](const Json& block) {
    const auto is = [&block](const char* member, auto fits) {
      const auto found = block.find(member);
      return found == block.end() || fits(*found);
    };
    const auto text = [](const Json& each) { return each.is_string(); };
    return block.is_object() && is("type", text) && is("name", text) && is("content", text) &&
           is("enabled", [](const Json& each) { return each.is_boolean(); }) &&
           is("order", [](const Json& each) { return each.is_number_integer(); });
  });
}

/// A member that is kept as JSON text; an explicit null is "null".
Result<std::optional<std::string>> json_member(const Json& body, const char* member, bool (*fits)(const Json&)) {
  const auto found = body.find(member);
  if (found == body.end()) return std::nullopt;
  if (found->is_null()) return "null";
  if (!fits(*found))
    return fail(model::invalid_field(member,
                                     member == std::string_view("promptBlocks") ? "an array of blocks" : "an object",
                                     model::kind_of(*found)));
  return model::dump(*found);
}

Result<std::optional<model::HistoryMode>> history_mode(const Json& body) {
  const auto text = model::optional_text(body, "historyMode");
  if (!text) return fail(text.error());
  if (!*text) return std::nullopt;
  if (**text == "rolling") return model::HistoryMode::Rolling;
  if (**text == "compact") return model::HistoryMode::Compact;
  return fail(model::invalid_field("historyMode", "\"rolling\" or \"compact\"", "\"" + **text + "\""));
}

Result<std::optional<std::vector<model::DynamicBlock>>> dynamic_blocks(const Json& body) {
  const auto found = body.find("dynamicBlocks");
  if (found == body.end()) return std::nullopt;
  if (found->is_null()) return std::vector<model::DynamicBlock>{};
  if (!found->is_array() || found->size() > 64)
    return fail(model::invalid_field("dynamicBlocks", "an array of at most 64 blocks", model::kind_of(*found)));
  std::vector<model::DynamicBlock> blocks;
  for (const auto& each : *found) {
    const auto key = each.is_object() ? model::required_text(each, "key") : Result<std::string>(fail({}));
    if (!key) return fail(model::invalid_field("dynamicBlocks", "objects with a \"key\"", model::kind_of(each)));
    const auto name = model::optional_text(each, "name");
    const auto content = model::optional_text(each, "defaultContent");
    const auto order = model::optional_integer(each, "order", INT64_MIN, INT64_MAX);
    if (!name) return fail(name.error());
    if (!content) return fail(content.error());
    if (!order) return fail(order.error());
    blocks.push_back({*key, name->value_or(*key), content->value_or(""), order->value_or(0)});
  }
  return blocks;
}

Result<std::optional<std::map<std::string, bool>>> meta_tools(const Json& body) {
  const auto found = body.find("metaTools");
  if (found == body.end() || found->is_null()) return std::nullopt;
  const bool flags = found->is_object() && found->size() <= 128 &&
                     std::all_of(found->begin(), found->end(), [](const Json& each) { return each.is_boolean(); });
  if (!flags) return fail(model::invalid_field("metaTools", "an object of true and false", model::kind_of(*found)));
  return found->get<std::map<std::string, bool>>();
}

Result<std::optional<double>> temperature(const Json& body) {
  const auto found = body.find("temperature");
  if (found == body.end()) return std::nullopt;
  if (found->is_null()) return -1.0;
  if (!found->is_number() || found->get<double>() < 0 || found->get<double>() > 2)
    return fail(model::invalid_field("temperature", "a number from 0 to 2", model::kind_of(*found)));
  return found->get<double>();
}

/// A member that is read as a whole; null empties it.
template <typename T>
Result<std::optional<T>> given(const Json& body, const char* member, Result<T> (*read)(const Json&)) {
  const auto found = body.find(member);
  if (found == body.end()) return std::nullopt;
  auto value = read(*found);
  if (!value) return fail(value.error());
  return std::optional<T>(std::move(*value));
}

Result<agent::AgentPatch> read_patch(const Json& body) {
  agent::AgentPatch patch;
  Error problem;
  const auto take = [&problem](auto result, auto& target) {
    if (result) {
      target = std::move(*result);
    } else if (problem.code.empty()) {
      problem = result.error();
    }
  };
  std::optional<std::string> note;
  take(model::optional_text(body, "name"), patch.name);
  take(model::optional_text(body, "slug"), patch.slug);
  take(model::optional_text(body, "model"), patch.model);
  take(model::optional_text(body, "systemPrompt"), patch.system_prompt);
  take(text_list(body, "skills"), patch.skills);
  take(model::optional_integer(body, "maxSteps", 1, 100), patch.max_steps);
  take(model::optional_integer(body, "contextLimit", 0, 1000), patch.context_limit);
  take(history_mode(body), patch.history_mode);
  take(model::optional_integer(body, "compactThreshold", 5, 1000), patch.compact_threshold);
  take(json_member(body, "promptBlocks", is_block_list), patch.prompt_blocks_json);
  take(dynamic_blocks(body), patch.dynamic_blocks);
  take(meta_tools(body), patch.meta_tools);
  take(json_member(body, "outputSchema", is_object), patch.output_schema_json);
  take(json_member(body, "extractionPolicy", is_object), patch.extraction_policy_json);
  take(json_member(body, "toolsBlockConfig", is_object), patch.tools_block_json);
  take(json_member(body, "contextMapping", is_object), patch.context_mapping_json);
  take(model::optional_integer(body, "thinkingBudgetTokens", 0, 1'000'000), patch.thinking_budget_tokens);
  take(model::optional_integer(body, "maxOutputTokens", 0, 10'000'000), patch.max_output_tokens);
  take(model::optional_integer(body, "maxTurnTokens", 0, 1'000'000'000), patch.max_turn_tokens);
  take(temperature(body), patch.temperature);
  take(model::optional_text(body, "providerKeyId"), patch.provider_key_id);
  take(given(body, "modelRoutes", &model::read_model_routes), patch.model_routes);
  take(given(body, "agentRetryConfig", &model::read_retry_rules), patch.retry_rules);
  take(model::optional_bool(body, "isActive"), patch.active);
  take(model::optional_text(body, "versionNote"), note);
  if (!problem.code.empty()) return fail(problem);
  // An explicit null clears the prompt; it is absent otherwise.
  if (body.contains("providerKeyId") && body["providerKeyId"].is_null()) patch.provider_key_id = "";
  if (body.contains("systemPrompt") && body["systemPrompt"].is_null()) patch.system_prompt = "";
  patch.version_note = note.value_or("");
  return patch;
}

struct AgentHandlers {
  Services services;
  ApiOptions options;

  Response answer(const Call& call, int status, const Result<model::Agent>& agent) const {
    if (!agent) return error_response(agent.error(), call.request.request_id);
    return json_response(status, to_wire(*agent, call.who.scope));
  }

  Task<Response> create(Call call) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    if (!body) co_return error_response(body.error(), call.request.request_id);
    auto patch = read_patch(*body);
    if (!patch) co_return error_response(patch.error(), call.request.request_id);
    const auto agent = co_await services.agents.create(call.loop(), call.who, std::move(*patch));
    co_return answer(call, 201, agent);
  }

  Task<Response> list(Call call) const {
    const auto limit = query_number(call, "limit", 100, 1, 500);
    const auto offset = query_number(call, "offset", 0, 0, INT64_MAX);
    if (!limit) co_return error_response(limit.error(), call.request.request_id);
    if (!offset) co_return error_response(offset.error(), call.request.request_id);
    const auto page = co_await services.agents.list(call.loop(), call.who.scope, *limit, *offset);
    if (!page) co_return error_response(page.error(), call.request.request_id);
    Json rows = Json::array();
    for (const auto& agent : page->agents) {
      if (!call.who.is_kept_from(agent.id)) rows.push_back(to_wire(agent, call.who.scope));
    }
    co_return json_response(200, {{"agents", std::move(rows)}, {"total", page->total}});
  }

  Task<Response> get(Call call) const {
    const auto agent = co_await services.agents.find(call.loop(), call.who.scope, call.path_value("id"));
    if (agent && call.who.is_kept_from(agent->id)) {
      co_return error_response(agent::agent_scope_mismatch(), call.request.request_id);
    }
    co_return answer(call, 200, agent);
  }

  Task<Response> update(Call call) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    if (!body) co_return error_response(body.error(), call.request.request_id);
    auto patch = read_patch(*body);
    if (!patch) co_return error_response(patch.error(), call.request.request_id);
    const auto agent = co_await services.agents.update(call.loop(), call.who, call.path_value("id"), std::move(*patch));
    co_return answer(call, 200, agent);
  }

  Task<Response> remove(Call call) const {
    const auto removed = co_await services.agents.remove(call.loop(), call.who, call.path_value("id"));
    if (!removed) co_return error_response(removed.error(), call.request.request_id);
    co_return json_response(200, {{"deleted", *removed}});
  }

  Task<Response> versions(Call call) const {
    const auto take = query_number(call, "take", 50, 1, 200);
    if (!take) co_return error_response(take.error(), call.request.request_id);
    const auto agent = co_await services.agents.find(call.loop(), call.who.scope, call.path_value("id"));
    if (!agent) co_return error_response(agent.error(), call.request.request_id);
    const auto page =
        co_await services.agents.versions(call.loop(), call.who.scope, agent->id, call.query_value("cursor"), *take);
    if (!page) co_return error_response(page.error(), call.request.request_id);
    Json rows = Json::array();
    for (const auto& version : page->versions) rows.push_back(to_wire(version, agent->version_id));
    const Json next = page->next_cursor.empty() ? Json() : Json(page->next_cursor);
    co_return json_response(200, {{"versions", std::move(rows)}, {"nextCursor", next}, {"pageSize", *take}});
  }

  Task<Response> version(Call call) const {
    const auto agent = co_await services.agents.find(call.loop(), call.who.scope, call.path_value("id"));
    if (!agent) co_return error_response(agent.error(), call.request.request_id);
    const auto version =
        co_await services.agents.version(call.loop(), call.who.scope, agent->id, call.path_value("version"));
    if (!version) co_return error_response(version.error(), call.request.request_id);
    co_return json_response(200, to_wire(*version, agent->version_id));
  }

  Task<Response> roll_back(Call call) const {
    const auto agent =
        co_await services.agents.roll_back(call.loop(), call.who, call.path_value("id"), call.path_value("version"));
    if (!agent) co_return error_response(agent.error(), call.request.request_id);
    co_return json_response(201, {{"agent", to_wire(*agent, call.who.scope)}});
  }
};

}  // namespace

std::vector<Route> agent_routes(const Services& services, const ApiOptions& options) {
  const auto handlers = std::make_shared<const AgentHandlers>(AgentHandlers{services, options});
  const auto to = [handlers](Task<Response> (AgentHandlers::*member)(Call) const) -> RouteHandler {
    return [handlers, member](Call call) { return (handlers.get()->*member)(std::move(call)); };
  };
  return {
      {"POST", "/api/v1/agent/agents", kWrite, to(&AgentHandlers::create), "Create an agent and its version 1"},
      {"GET", "/api/v1/agent/agents", kChat | kRead, to(&AgentHandlers::list), "List agents, newest first"},
      {"GET", "/api/v1/agent/agents/{id}", kChat | kRead, to(&AgentHandlers::get), "Get an agent by id or slug"},
      {"PATCH", "/api/v1/agent/agents/{id}", kWrite, to(&AgentHandlers::update),
       "Change an agent; a change of behaviour makes a version"},
      {"DELETE", "/api/v1/agent/agents/{id}", kWrite, to(&AgentHandlers::remove),
       "Delete an agent; its conversations stay"},
      {"GET", "/api/v1/agent/agents/{id}/versions", kRead, to(&AgentHandlers::versions), "List versions, newest first"},
      {"GET", "/api/v1/agent/agents/{id}/versions/{version}", kRead, to(&AgentHandlers::version), "Get a version"},
      {"POST", "/api/v1/agent/agents/{id}/versions/{version}/rollback", kWrite, to(&AgentHandlers::roll_back),
       "Make a new version that is as this one was"},
  };
}

}  // namespace platos::api
