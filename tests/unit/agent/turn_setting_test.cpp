#include "agent/turn_setting.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "model/json.hpp"

namespace platos::agent {

TEST_CASE("Overrides survive the run's input, each of them") {
  TurnOverrides overrides;
  CHECK(overrides.empty());
  CHECK(to_json(overrides) == model::Json::object());
  overrides.model = "a:b";
  overrides.model_label = "fast";
  overrides.system_prompt = "Be \"brief\".";
  overrides.max_steps = 3;
  overrides.context_limit = 7;
  overrides.history_mode = model::HistoryMode::Compact;
  overrides.retry_rules_json = R"({"rules":[{"action":"fail","trigger":"rate-limit"}]})";
  CHECK_FALSE(overrides.empty());
  CHECK(turn_overrides_from_json(to_json(overrides)) == overrides);
  overrides.history_mode = model::HistoryMode::Rolling;
  CHECK(turn_overrides_from_json(to_json(overrides)) == overrides);
  CHECK(turn_overrides_from_json(model::Json("text")).empty());
}

TEST_CASE("A turn's input is read as it was written") {
  TurnInput input;
  input.message = "line 1\nline \"2\"";
  input.message_id = "msg_1";
  input.dynamic_blocks = {{"page", "home"}};
  input.output_schema_json = R"({"type":"object"})";
  input.reply_to_id = "msg_0";
  input.traceparent = "00-1-2-01";
  input.overrides.max_steps = 2;
  input.allowed_tools = std::make_shared<const std::vector<std::string>>(std::vector<std::string>{"docs__*", "recall"});
  input.profile_json = R"({"name":"Ada"})";
  const TurnInput back = turn_input_from_json(to_json(input));
  CHECK(back.message == input.message);
  CHECK(back.message_id == input.message_id);
  CHECK(back.dynamic_blocks == input.dynamic_blocks);
  CHECK(back.output_schema_json == input.output_schema_json);
  CHECK(back.reply_to_id == input.reply_to_id);
  CHECK(back.traceparent == input.traceparent);
  CHECK(back.overrides == input.overrides);
  REQUIRE(back.allowed_tools);
  CHECK(*back.allowed_tools == *input.allowed_tools);
  CHECK(back.profile_json == input.profile_json);
  CHECK(turn_input_from_json(R"({"message":"Hi"})").allowed_tools == nullptr);
  // To none is another thing than not at all; what cannot be read allows nothing.
  for (const char* none : {R"({"allowed_tools":[]})", R"({"allowed_tools":5})", R"({"allowed_tools":[""]})"}) {
    INFO(none);
    REQUIRE(turn_input_from_json(none).allowed_tools);
    CHECK(turn_input_from_json(none).allowed_tools->empty());
  }
  CHECK(turn_input_from_json("no JSON").message.empty());
  CHECK(turn_input_from_json("[]").message.empty());
}

}  // namespace platos::agent
