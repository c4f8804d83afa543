#include "agent/turn_setting.hpp"

#include <nlohmann/json.hpp>

#include "agent/turn_prompt.hpp"
#include "base/json_text.hpp"
#include "model/json.hpp"
#include "store/agents.hpp"
#include "store/conversations.hpp"
#include "store/end_users.hpp"

namespace platos::agent {
namespace {

using model::Json;

constexpr std::size_t kMaxCachedVersions = 4096;
constexpr std::size_t kMaxOffered = 10'000;
// A thread that is never summarised for want of a model still has an end.
constexpr std::int64_t kMaxUnsummarised = 400;

std::vector<model::ChatMessage> to_history(std::vector<model::Message> messages) {
  std::vector<model::ChatMessage> history;
  for (auto& message : messages) {
    model::ChatMessage said;
    said.role = message.role == "assistant" ? model::Role::Assistant : model::Role::User;
    said.text = std::move(message.content);
    history.push_back(std::move(said));
  }
  return history;
}

std::string_view instance_of(std::string_view model_name) {
  const auto colon = model_name.find(':');
  return model_name.substr(0, colon == std::string_view::npos ? 0 : colon);
}

std::shared_ptr<const model::AgentVersion> overridden(const model::AgentVersion& version,
                                                      const TurnOverrides& overrides) {
  auto changed = std::make_shared<model::AgentVersion>(version);
  model::AgentConfig& config = changed->config;
  if (!overrides.model_label.empty()) config.chosen_route = overrides.model_label;
  if (!overrides.model.empty()) {
    // A key is one provider's.
    if (instance_of(config.model) != instance_of(overrides.model)) config.provider_key_id.clear();
    config.model = overrides.model;
    config.model_routes.clear();
  }
  if (!overrides.system_prompt.empty()) config.system_prompt = overrides.system_prompt;
  config.max_steps = overrides.max_steps.value_or(config.max_steps);
  config.context_limit = overrides.context_limit.value_or(config.context_limit);
  if (overrides.history_mode != model::HistoryMode::Unspecified) config.history_mode = overrides.history_mode;
  if (!overrides.retry_rules_json.empty()) {
    const auto rules = model::parse_bounded(overrides.retry_rules_json, "agentRetryConfig");
    if (rules) config.retry_rules = model::retry_rules_from_json(*rules);
  }
  return changed;
}

/// How many messages of a conversation its model sees.
std::int64_t history_limit(const model::AgentConfig& config) {
  return config.history_mode == model::HistoryMode::Compact ? std::max(config.context_limit, config.compact_threshold)
                                                            : config.context_limit;
}

/// A side conversation: the message that it hangs on, and what was said there before.
void add_replies(store::Session& session, const model::RunRecord& run, const std::string& reply_to_id,
                 std::int64_t limit, std::vector<model::ChatMessage>& history) {
  store::Conversations conversations(session);
  const auto parent = conversations.find_message(run.scope, run.thread_id, reply_to_id);
  if (!parent) return;
  model::ChatMessage frame;
  frame.role = model::Role::User;
  frame.text = "What follows is a side conversation about this earlier message:\n\n" + parent->content;
  history.push_back(std::move(frame));
  // Two more: what this turn has asked, and its answer.
  auto replies = conversations.replies(run.scope, reply_to_id, limit + 2);
  std::erase_if(replies, [&](const model::Message& each) { return each.run_id == run.id || each.state != "active"; });
  for (auto& said : to_history(std::move(replies))) history.push_back(std::move(said));
}

}  // namespace

TurnOverrides turn_overrides_from_json(const Json& json) {
  TurnOverrides overrides;
  if (!json.is_object()) return overrides;
  overrides.model = json.value("model", "");
  overrides.model_label = json.value("modelLabel", "");
  overrides.system_prompt = json.value("systemPrompt", "");
  if (json.contains("maxSteps")) overrides.max_steps = json["maxSteps"].get<std::int64_t>();
  if (json.contains("contextLimit")) overrides.context_limit = json["contextLimit"].get<std::int64_t>();
  const std::string mode = json.value("historyMode", "");
  if (mode == "compact") overrides.history_mode = model::HistoryMode::Compact;
  if (mode == "rolling") overrides.history_mode = model::HistoryMode::Rolling;
  if (json.contains("agentRetryConfig")) overrides.retry_rules_json = model::dump(json["agentRetryConfig"]);
  return overrides;
}

Json to_json(const TurnOverrides& overrides) {
  Json json = Json::object();
  if (!overrides.model.empty()) json["model"] = overrides.model;
  if (!overrides.model_label.empty()) json["modelLabel"] = overrides.model_label;
  if (!overrides.system_prompt.empty()) json["systemPrompt"] = overrides.system_prompt;
  if (overrides.max_steps) json["maxSteps"] = *overrides.max_steps;
  if (overrides.context_limit) json["contextLimit"] = *overrides.context_limit;
  if (overrides.history_mode == model::HistoryMode::Compact) json["historyMode"] = "compact";
  if (overrides.history_mode == model::HistoryMode::Rolling) json["historyMode"] = "rolling";
  if (!overrides.retry_rules_json.empty()) {
    json["agentRetryConfig"] = model::parse_bounded(overrides.retry_rules_json, "agentRetryConfig").value_or(Json());
  }
  return json;
}

TurnInput turn_input_from_json(std::string_view json) {
  TurnInput input;
  const auto parsed = model::parse_bounded(json, "a run's input");
  if (!parsed || !parsed->is_object()) return input;
  input.message = parsed->value("message", "");
  input.message_id = parsed->value("message_id", "");
  input.dynamic_blocks = parsed->value("dynamic_blocks", std::map<std::string, std::string>{});
  if (const auto schema = parsed->find("output_schema"); schema != parsed->end())
    input.output_schema_json = model::dump(*schema);
  input.traceparent = parsed->value("traceparent", "");
  input.reply_to_id = parsed->value("reply_to_id", "");
  input.user_token = parsed->value("user_token", "");
  if (const auto session = parsed->find("session"); session != parsed->end())
    input.session_json = model::dump(*session);
  if (const auto user = parsed->find("user"); user != parsed->end()) input.profile_json = model::dump(*user);
  if (const auto allowed = parsed->find("allowed_tools"); allowed != parsed->end()) {
    // What cannot be read allows nothing.
    input.allowed_tools = model::allowed_tools_from_json(*allowed, "allowed_tools")
                              .value_or(std::make_shared<const std::vector<std::string>>());
  }
  if (const auto overrides = parsed->find("overrides"); overrides != parsed->end())
    input.overrides = turn_overrides_from_json(*overrides);
  return input;
}

std::string to_json(const TurnInput& input) {
  base::JsonObject json;
  json.text("message", input.message).text("message_id", input.message_id);
  if (!input.dynamic_blocks.empty()) json.json("dynamic_blocks", model::dump(input.dynamic_blocks));
  if (!input.output_schema_json.empty()) json.json("output_schema", input.output_schema_json);
  if (!input.traceparent.empty()) json.text("traceparent", input.traceparent);
  if (!input.reply_to_id.empty()) json.text("reply_to_id", input.reply_to_id);
  if (!input.session_json.empty()) json.json("session", input.session_json);
  if (!input.user_token.empty()) json.text("user_token", input.user_token);
  if (!input.overrides.empty()) json.json("overrides", model::dump(to_json(input.overrides)));
  if (!input.profile_json.empty()) json.json("user", input.profile_json);
  if (input.allowed_tools) json.json("allowed_tools", model::dump(*input.allowed_tools));
  return json.take();
}

std::shared_ptr<const model::AgentVersion> SettingLoader::known_version(const std::string& version_id) const {
  const std::lock_guard lock(mutex_);
  const auto known = versions_.find(version_id);
  return known == versions_.end() ? nullptr : known->second;
}

Result<std::shared_ptr<const model::AgentVersion>> SettingLoader::version(store::Session& session,
                                                                          const model::Scope& scope,
                                                                          const std::string& version_id) {
  if (auto known = known_version(version_id)) return known;
  auto found = store::Agents(session).find_version(scope, version_id);
  if (!found) return fail(ErrorKind::NotFound, "agent_not_found", "the agent's version is gone");
  auto version = std::make_shared<const model::AgentVersion>(std::move(*found));
  const std::lock_guard lock(mutex_);
  if (versions_.size() >= kMaxCachedVersions) versions_.clear();
  versions_.emplace(version_id, version);
  return version;
}

Result<StoredSetting> SettingLoader::read(store::Session& session, const model::RunRecord& run,
                                          const SettingChange& change) {
  auto version = this->version(session, run.scope, run.version_id);
  if (!version) return fail(version.error());
  StoredSetting loaded;
  loaded.version = change.overrides.empty() ? std::move(*version) : overridden(**version, change.overrides);
  if (run.thread_id.empty()) return loaded;
  load_history(session, run, loaded);
  if (!change.reply_to_id.empty())
    add_replies(session, run, change.reply_to_id, history_limit(loaded.version->config), loaded.history);
  return loaded;
}

void SettingLoader::load_history(store::Session& session, const model::RunRecord& run, StoredSetting& loaded) {
  const model::AgentConfig& config = loaded.version->config;
  store::Conversations conversations(session);
  if (config.history_mode == model::HistoryMode::Compact) {
    const auto thread = conversations.find_thread(run.scope, run.user_id, run.thread_id);
    if (thread && !thread->summary.empty()) {
      loaded.summary = thread->summary;
      loaded.history = to_history(conversations.history_after(
          run.scope, run.thread_id, run.id, {thread->summary_until_us, thread->summary_until_id}, kMaxUnsummarised));
      return;
    }
  }
  loaded.history = to_history(conversations.history(run.scope, run.thread_id, run.id, history_limit(config)));
}

void SettingLoader::offer(const std::string& run_id, StoredSetting stored) {
  const std::lock_guard lock(mutex_);
  if (offered_.size() >= kMaxOffered) offered_.clear();
  offered_.insert_or_assign(run_id, std::move(stored));
}

void SettingLoader::withdraw(const std::string& run_id) {
  const std::lock_guard lock(mutex_);
  offered_.erase(run_id);
}

Task<Result<StoredSetting>> SettingLoader::stored(engine::Run& run, const TurnInput& input) {
  {
    const std::lock_guard lock(mutex_);
    if (auto found = offered_.extract(run.id()); !found.empty()) co_return std::move(found.mapped());
  }
  const auto work = database_.read(
      run.loop(), [this, record = run.record(), change = SettingChange{input.reply_to_id, input.overrides}](
                      store::Session& session) { return read(session, record, change); });
  co_return co_await work;
}

// Name, e-mail address and whatever else the environment knows of the turn's user.
Task<Result<Json>> SettingLoader::profile_of(engine::Run& run) {
  const auto work = database_.read(run.loop(), [record = run.record()](store::Session& session) -> Result<Json> {
    const auto user = store::EndUsers(session).find(record.scope, record.user_id);
    if (!user) return Json::object();
    auto profile = model::parse_bounded(user->profile_json, "a profile");
    return profile && profile->is_object() ? std::move(*profile) : Json::object();
  });
  co_return co_await work;
}

Task<Result<TurnSetting>> SettingLoader::load(engine::Run& run, TurnInput input) {
  auto loaded = co_await stored(run, input);
  if (!loaded) co_return fail(loaded.error());
  TurnSetting setting;
  setting.version = std::move(loaded->version);
  setting.history = std::move(loaded->history);
  setting.revision = loaded->revision;
  setting.summary = std::move(loaded->summary);
  setting.input = std::move(input);
  Json profile = Json::object();
  if (names_the_user(setting.config())) {
    auto known = co_await profile_of(run);
    if (!known) co_return fail(known.error());
    profile = std::move(*known);
    const auto said = model::parse_bounded(setting.input.profile_json, "a profile");
    if (said && said->is_object()) profile.update(*said);
  }
  setting.prompt_context_json = prompt_context_of(run.record(), setting.input.session_json, profile);
  setting.tool_context_json = setting.config().context_mapping_json.empty()
                                  ? setting.input.session_json
                                  : tool_context_of(run.record(), setting.input.session_json, profile);
  const std::string& schema =
      setting.input.output_schema_json.empty() ? setting.config().output_schema_json : setting.input.output_schema_json;
  if (schema.empty() || schema == "{}") co_return setting;
  const auto parsed = model::parse_bounded(schema, "the output schema");
  if (!parsed) co_return fail(parsed.error());
  auto compiled = model::JsonSchema::compile(*parsed);
  if (!compiled) co_return fail(compiled.error());
  setting.output_schema = std::make_shared<const model::JsonSchema>(std::move(*compiled));
  setting.output_schema_json = schema;
  co_return setting;
}

}  // namespace platos::agent
