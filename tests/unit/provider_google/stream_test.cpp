#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "driver.hpp"

using namespace platos::provider_google::testing;
using Frames = std::vector<std::string>;

namespace {

Frames events_of(const Frames& frames) { return exchange_frames(Plugin(), frames).events; }

Frames usages_of(const std::string& usage) {
  return exchange_frames(Plugin(), {R"({"usageMetadata":)" + usage + "}", finish_frame("STOP")}).usages;
}

}  // namespace

TEST_CASE("token counts: thoughts are output, what tools read is input, and what was not told is -1") {
  const Plugin plugin;
  const std::string text = recorded("text.sse");
  CHECK(exchange(plugin, {.pieces = {text}}).usages == Frames{"2585/-1/512/-1", "2585/4/512/-1", "2585/15/512/-1"});
  const std::string thinking = recorded("thinking.sse");
  CHECK(exchange(plugin, {.pieces = {thinking}}).usages.back() == "30/58/-1/52");
  const std::string unknown = recorded("unknown.sse");
  CHECK(exchange(plugin, {.pieces = {unknown}}).usages == Frames{"1000/40/-1/-1"});
  CHECK(usages_of("{}") == Frames{"-1/-1/-1/-1"});
  CHECK(usages_of(R"({"thoughtsTokenCount":3})") == Frames{"-1/3/-1/3"});
}

TEST_CASE("counts are bounded, and what is no count is a broken answer") {
  CHECK(usages_of(R"({"promptTokenCount":9223372036854775807,"toolUsePromptTokenCount":9223372036854775807})") ==
        Frames{"2000000000000/-1/-1/-1"});
  CHECK(usages_of(R"({"promptTokenCount":-7,"candidatesTokenCount":null})") == Frames{"-1/-1/-1/-1"});
  const Result result = exchange_frames(Plugin(), {R"({"usageMetadata":{"promptTokenCount":1e400}})"});
  CHECK(result.status == PLATOS_INTERNAL);
  CHECK(result.message.find("expected an integer at usageMetadata.promptTokenCount") != std::string::npos);
}

TEST_CASE("thoughts are told apart from the answer, in one frame as well") {
  CHECK(events_of({parts_frame(R"({"text":"think","thought":true},{"text":"say"},{"thought":true,"text":"more"})"),
                   finish_frame("STOP")}) == Frames{"reasoning:think", "text:say", "reasoning:more", "stop:1"});
}

TEST_CASE("pieces and counts may follow the finish reason") {
  CHECK(events_of({finish_frame("STOP"), parts_frame(R"({"text":"late"})"),
                   R"({"usageMetadata":{"promptTokenCount":1,"candidatesTokenCount":2}})"}) ==
        Frames{"text:late", "usage:1/2", "stop:1"});
}

TEST_CASE("only the candidate with index 0 is read, whatever the order of members") {
  CHECK(events_of({R"({"candidates":[{"content":{"parts":[{"text":"b"}]},"finishReason":"STOP","index":1},
                       {"index":0,"content":{"parts":[{"text":"a"}]}}]})",
                   R"({"candidates":[{"finishReason":"MAX_TOKENS"}]})"}) == Frames{"text:a", "stop:3"});
  CHECK(exchange_frames(Plugin(), {R"({"candidates":[{"finishReason":"STOP","index":1}]})"}).status ==
        PLATOS_UNAVAILABLE);
}

TEST_CASE("empty frames and frames of another kind are passed over") {
  CHECK(events_of({"", "  ", R"({"novelty":1})", R"({"candidates":null})", R"({"candidates":[]})",
                   R"({"candidates":[{"content":{}}]})", parts_frame(R"({"novelty":[{"text":"no"}]},{"text":""})"),
                   finish_frame("STOP")}) == Frames{"stop:1"});
}

TEST_CASE("a request that is blocked is refused, with an answer or without") {
  CHECK(events_of({R"({"promptFeedback":{"blockReason":"SAFETY"}})"}) == Frames{"stop:4"});
  CHECK(events_of({R"({"promptFeedback":{"blockReason":"OTHER"}})", finish_frame("STOP")}) == Frames{"stop:4"});
  CHECK(events_of({R"({"promptFeedback":{"safetyRatings":[]}})", finish_frame("STOP")}) == Frames{"stop:1"});
}

TEST_CASE("a failing transport after the finish reason takes nothing back") {
  const std::string body = "data: " + finish_frame("STOP") + "\r\n\r\n";
  const Result result = exchange(Plugin(), {.pieces = {body}, .transport_status = PLATOS_UNAVAILABLE});
  CHECK(result.done);
  CHECK(result.events == Frames{"stop:1"});
}
