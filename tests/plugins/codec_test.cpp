// Codecs that break the contract: the turn ends with an error that names it, and nothing else is touched.
#include <catch2/catch.hpp>

#include "plugins/stage/plugin_stage.hpp"

using namespace platos::tests;

namespace {

struct Breach {
  std::string does;
  std::string code;           // of the error event
  std::string says;           // part of its message
  bool switched_off = false;  // the instance takes no further call
};

const std::vector<Breach> kBreaches = {
    {"begin_throws", "plugin_breach", "an exception crossed the C boundary", true},
    {"begin_without_exchange", "plugin_breach", "begin() succeeded without an exchange", true},
    {"begin_fails_silently", "provider_bad_response", "status 13 and no reason"},
    {"begin_unknown_status", "provider_failed", "status 4711"},
    {"next_throws", "plugin_breach", "an exception crossed the C boundary", true},
    {"on_head_throws", "plugin_breach", "an exception crossed the C boundary", true},
    {"on_frame_throws", "plugin_breach", "an exception crossed the C boundary", true},
    {"on_end_throws", "plugin_breach", "an exception crossed the C boundary", true},
    {"next_leaves_step_empty", "plugin_breach", "a step of kind 0", true},
    {"step_unknown", "plugin_breach", "a step of kind 99", true},
    {"step_websocket", "provider_unimplemented", "WebSocket"},
    {"url_without_data", "plugin_breach", "sizes cannot be", true},
    {"url_huge", "plugin_breach", "sizes cannot be", true},
    {"body_huge", "plugin_breach", "sizes cannot be", true},
    {"method_huge", "plugin_breach", "sizes cannot be", true},
    {"headers_without_data", "plugin_breach", "sizes cannot be", true},
    {"headers_too_many", "plugin_breach", "sizes cannot be", true},
    {"headers_huge", "plugin_breach", "sizes cannot be", true},
    {"header_value_crlf", "plugin_breach", "a header that cannot be", true},
    {"header_name_crlf", "plugin_breach", "a header that cannot be", true},
    {"url_not_granted", "url_not_granted", "http://127.0.0.1:9/elsewhere"},
    {"event_null", "plugin_breach", "an event without a size"},
    {"event_small", "plugin_breach", "an event without a size"},
    {"text_without_data", "plugin_breach", "5 bytes at no address"},
    {"text_huge", "plugin_breach", "18446744073709551615 bytes"},
    {"name_huge", "plugin_breach", "1099511627776 bytes"},
    {"text_half_character", "provider_bad_response", "not UTF-8"},
    {"two_stops", "provider_protocol", "after the stop"},
    {"event_after_stop", "provider_protocol", "after the stop"},
    {"no_stop", "provider_protocol", "done without a stop"},
    {"args_without_begin", "provider_protocol", "did not begin"},
    {"end_without_begin", "provider_protocol", "did not begin"},
    {"tool_begins_twice", "provider_protocol", "begins twice"},
    {"tool_without_end", "provider_protocol", "did not end"},
    {"never_done", "codec_never_done", "64 steps"},
};

}  // namespace

TEST_CASE("every breach of a codec ends its turn with a telling error, and the daemon and its neighbours go on") {
  MockProvider mock;
  PluginStage stage;
  stage.add("rogue-provider");
  for (const auto& breach : kBreaches) {
    stage.configure(breach.does, "rogue-provider", {{"do", breach.does}, {"base_url", mock.base_url()}});
  }
  for (const char* what : {"works", "unknown_kinds", "extra_not_json"}) {
    stage.configure(what, "rogue-provider", {{"do", what}, {"base_url", mock.base_url()}});
  }
  stage.start();
  const pid_t pid = stage.daemon().pid();
  for (const auto& breach : kBreaches) {
    CAPTURE(breach.does);
    const auto events = stage.turn(breach.does + ":any");
    REQUIRE_FALSE(events.empty());
    CHECK(events.back().type() == "done");
    const Json error = event_of(events, "error");
    REQUIRE(error.is_object());
    CHECK(error["code"] == breach.code);
    CHECK(says(error["message"], breach.says));
    const Json row = stage.instance(rogue_id("rogue-provider"), breach.does);
    CHECK(row["state"] == (breach.switched_off ? "failed" : "ready"));
    if (breach.switched_off) CHECK(says(row["error"], breach.says));
  }
  SECTION("the neighbours on the same library still answer") {
    CHECK(text_of(stage.turn("works:any")) == "fine");
    CHECK(stage.daemon().pid() == pid);
    CHECK(stage.plugin(rogue_id("rogue-provider"))["state"] == "ready");
    CHECK(stage.daemon().stop() == 0);
  }
  SECTION("an instance that was switched off is not called again") {
    const auto events = stage.turn("next_throws:any");
    CHECK(event_of(events, "error")["code"] == "plugin_failed");
    CHECK(says(event_of(events, "error")["message"], "an exception crossed the C boundary"));
  }
  SECTION("events of kinds that the host does not know are passed over") {
    const auto events = stage.turn("unknown_kinds:any");
    CHECK(shape_of(events) == "meta status token message_persisted done");
    CHECK(text_of(events) == "fine");
  }
  SECTION("extra data that is not JSON fails the turn") {
    const auto events = stage.turn("extra_not_json:any");
    CHECK(shape_of(events) == "meta status error done");
  }
}
