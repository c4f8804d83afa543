// Events in an order that the protocol does not have.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "driver.hpp"

using namespace platos::provider_anthropic::testing;
using Frames = std::vector<std::string>;

namespace {

constexpr const char* kStart = R"({"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}})";
constexpr const char* kCall =
    R"({"type":"content_block_start","index":0,"content_block":{"type":"tool_use","id":"i","name":"f","input":{}}})";
constexpr const char* kDelta = R"({"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}})";
constexpr const char* kBlockStop = R"({"type":"content_block_stop","index":0})";
constexpr const char* kReason = R"({"type":"message_delta","delta":{"stop_reason":"end_turn"}})";
constexpr const char* kStop = R"({"type":"message_stop"})";

}  // namespace

TEST_CASE("events that cannot follow each other fail with the reason and what stood there") {
  const std::pair<Frames, const char*> cases[] = {
      {{kDelta}, "expected the index of a started block at content_block_delta.index, found 0"},
      {{kBlockStop}, "expected the index of a started block at content_block_stop.index, found 0"},
      {{kStart, kBlockStop, kDelta}, "at content_block_delta.index, found 0"},
      {{kStart, kBlockStop, kBlockStop}, "at content_block_stop.index, found 0"},
      {{kStart, kStart}, "expected content_block_stop before another start at index, found 0"},
      {{kCall, kDelta}, "expected a delta that fits its block"},
      {{kCall, kReason, kStop}, "expected content_block_stop at tool_use 0, found message_stop"},
  };
  for (const auto& [frames, message_part] : cases) {
    const Result result = exchange_frames(Plugin(), frames);
    INFO(result.message);
    CHECK(result.status == PLATOS_INTERNAL);
    CHECK(result.detail_json == R"({"retryable":false})");
    CHECK(result.message.find(message_part) != std::string::npos);
    CHECK(result.message.find("https://api.anthropic.com sent a broken answer: ") == 0);
    CHECK(result.stops() == 0);
    CHECK(broken_promise(result).empty());
  }
}

TEST_CASE("two message_stop end the answer once, and nothing after the first counts") {
  CHECK(exchange_frames(Plugin(), {kReason, kStop, kStop, kStart, kDelta, "{"}).events == Frames{"stop:1"});
}

TEST_CASE("an index may be used again after its block ended") {
  CHECK(exchange_frames(Plugin(), {kStart, kDelta, kBlockStop, kStart, kDelta, kBlockStop, kStop}).events ==
        Frames{"text:a", "text:a", "stop:1"});
}

TEST_CASE("a text that did not end does not hold up the end, a call does") {
  CHECK(exchange_frames(Plugin(), {kStart, kDelta, kReason, kStop}).done);
  CHECK(exchange_frames(Plugin(), {kStart, kDelta, kReason}).done);
  const Result cut = exchange_frames(Plugin(), {kCall, kReason});
  CHECK(cut.status == PLATOS_UNAVAILABLE);
  CHECK(cut.message == "the stream ended early: https://api.anthropic.com sent neither stop_reason nor message_stop");
}

TEST_CASE("blocks may be open side by side, 128 of them") {
  const auto start = [](int index) {
    return R"({"type":"content_block_start","index":)" + std::to_string(index) +
           R"(,"content_block":{"type":"tool_use","id":"i","name":"f"}})";
  };
  Frames frames;
  for (int i = 0; i < 128; ++i) frames.push_back(start(i));
  Frames ended = frames;
  for (int i = 127; i >= 0; --i) {
    ended.push_back(R"({"type":"content_block_stop","index":)" + std::to_string(i) + "}");
  }
  Frames one_more = ended;
  ended.push_back(kStop);
  CHECK(exchange_frames(Plugin(), ended).events.size() == 128 * 3 + 1);
  one_more.push_back(start(0));
  CHECK(exchange_frames(Plugin(), one_more).message.find("at most 128 blocks of type tool_use") != std::string::npos);
  frames.push_back(start(128));
  CHECK(exchange_frames(Plugin(), frames).message.find("at most 128 open blocks") != std::string::npos);
}

TEST_CASE("a call without id or name is broken") {
  for (const char* block : {R"({"type":"tool_use","name":"f"})", R"({"type":"tool_use","id":"i"})",
                            R"({"type":"tool_use","id":3,"name":"f"})"}) {
    const Result result = exchange_frames(
        Plugin(), {std::string(R"({"type":"content_block_start","index":0,"content_block":)") + block + "}"});
    CHECK(result.status == PLATOS_INTERNAL);
    CHECK(result.events.empty());
  }
}

TEST_CASE("thoughts and signatures beyond 8 MiB are refused") {
  for (const char* member : {"thinking", "signature"}) {
    const std::string piece(1 << 20, 'x');
    Frames frames = {R"({"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}})"};
    for (int i = 0; i < 9; ++i) {
      frames.push_back(R"({"type":"content_block_delta","index":0,"delta":{"type":")" + std::string(member) +
                       R"(_delta",")" + member + R"(":")" + piece + "\"}}");
    }
    const Result result = exchange_frames(Plugin(), frames);
    CHECK(result.status == PLATOS_INTERNAL);
    CHECK(result.message.find("expected at most 8 MiB") != std::string::npos);
  }
}
