// A call whose outcome a crash hid, and a tool that knows what became of it.
#include <catch2/catch.hpp>
#include <csignal>

#include "chaos/chaos_stage.hpp"
#include "chaos/turn_client.hpp"
#include "support/http.hpp"

using namespace platos::tests;
using namespace platos::tests::chaos;

namespace {

/// A turn that calls the tool `transfer`; the daemon dies at the point, is started again, and the turn goes on.
TurnLog transfer_dying_at(ChaosStage& stage, const std::string& point) {
  stage.start();
  TurnLog turn;
  turn.agent_id = stage.agent("mock:mock-toolsay-n6-r0");
  turn.key = "transfer";
  turn.message = Json{{"tool", "effects__transfer"}, {"arguments", {{"to", "alice"}}}}.dump();
  stage.start({{"PLATOS_FAILPOINT", point + ":1"}});
  TurnClient client(stage.addresses(), 1);
  client.connect_once(turn, 30'000);
  CHECK(stage.daemon().wait() == 128 + SIGKILL);
  stage.start();
  CHECK(client.drive(turn, 30'000));
  return turn;
}

std::string tool_result_of(const TurnLog& turn) {
  for (const auto& frame : transcript(turn.frames)) {
    if (frame.is("tool_result")) return frame.data;
  }
  return {};
}

}  // namespace

TEST_CASE("a call that was made before the crash is a success: its tool found it") {
  ChaosStage stage;
  const std::string result = tool_result_of(transfer_dying_at(stage, "tool.after_invoke"));
  CHECK(result.find("\"result\":\"found\"") != std::string::npos);
  CHECK(result.find("isError") == std::string::npos);
}

TEST_CASE("a call that was not made before the crash has failed: its tool knows of none") {
  ChaosStage stage;
  const std::string result = tool_result_of(transfer_dying_at(stage, "tool.before_invoke"));
  CHECK(result.find("there is no such transfer") != std::string::npos);
  CHECK(result.find("\"code\":\"tool_failed\"") != std::string::npos);
}
