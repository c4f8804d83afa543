#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "model/agent.hpp"
#include "model/run.hpp"
#include "model/tool.hpp"
#include "model/usage.hpp"

namespace platos::model {

TEST_CASE("A slug is made from a name") {
  CHECK(slug_from_name("Support  Bot!") == "support-bot");
  CHECK(slug_from_name("  --A.b_C 9--  ") == "a-b-c-9");
  CHECK(slug_from_name("\xC3\x84gypten") == "gypten");
  CHECK(slug_from_name("!!!").empty());
  CHECK(slug_from_name("").empty());
}

TEST_CASE("Usage adds what is known; unknown and unknown stays unknown") {
  Usage sum;
  CHECK_FALSE(sum.known());
  sum.add({});
  CHECK(sum.input_tokens == -1);
  sum.add({5, -1, 0, -1});
  sum.add({-1, 7, -1, -1});
  sum.add({1, 1, 2, -1});
  CHECK(sum.input_tokens == 6);
  CHECK(sum.output_tokens == 8);
  CHECK(sum.cached_tokens == 2);
  CHECK(sum.reasoning_tokens == -1);
  CHECK(sum.known());
  CHECK(Usage{0, -1, -1, -1}.known());
  CHECK_FALSE(Usage{-1, -1, 3, 3}.known());
}

TEST_CASE("Usage comes back from its journal form, and from nothing as unknown") {
  const Usage usage = {1, -1, 3, 0};
  CHECK(encode(usage_from_json(Json::parse(encode(usage)))) == encode(usage));
  CHECK_FALSE(usage_from_json(Json()).known());
  CHECK_FALSE(usage_from_json(Json::object()).known());
}

TEST_CASE("Tool calls and outcomes come back from their journal form") {
  const ToolCall call = {"call_1", "p", "n", "{not json \"}"};
  CHECK(to_json(tool_call_from_json(Json::parse(dump(to_json(call))))) == to_json(call));
  ToolOutcome outcome;
  outcome.call_id = "call_1";
  outcome.result_json = "[1]";
  outcome.is_error = true;
  outcome.code = "tool_failed";
  CHECK(encode(tool_outcome_from_json(Json::parse(encode(outcome)))) == encode(outcome));
  CHECK(tool_outcome_from_json(Json::object()).result_json == "null");
}

TEST_CASE("Agent configurations come back from their snapshot") {
  AgentConfig config;
  config.model = "openai:gpt";
  config.system_prompt = "be kind";
  config.skills = {"docs", "web"};
  config.max_steps = 3;
  config.context_limit = 0;
  CHECK(agent_config_from_json(Json::parse(dump(to_json(config)))) == config);
  CHECK(agent_config_from_json(to_json(AgentConfig{})) == AgentConfig{});
  CHECK(to_json(AgentConfig{})["systemPrompt"].is_null());
  CHECK(agent_config_from_json(Json::object()) == AgentConfig{});
}

TEST_CASE("Run states and effects have their words, and unknown words are safe") {
  for (const auto state : {RunState::Queued, RunState::Running, RunState::Waiting, RunState::Completed,
                           RunState::Failed, RunState::Cancelled}) {
    CHECK(run_state_from_text(to_text(state)) == state);
  }
  CHECK(to_text(RunState::Cancelled) == "canceled");
  CHECK(run_state_from_text("cancelled") == RunState::Unspecified);
  CHECK(is_final(RunState::Failed));
  CHECK_FALSE(is_final(RunState::Waiting));
  for (const auto effect : {Effect::Read, Effect::Idempotent, Effect::Once}) {
    CHECK(effect_from_text(to_text(effect)) == effect);
  }
  CHECK(effect_from_text("READ") == Effect::Once);
  CHECK(effect_from_text("") == Effect::Once);
}

TEST_CASE("A model sees tools as instance and name without dots and dashes") {
  CHECK(model_tool_name("my-docs", "search.all") == "my_docs__search_all");
}

}  // namespace platos::model
