#include "tool_call_ids.hpp"

#include <catch2/catch.hpp>
#include <set>

using namespace platos::provider_openai;

namespace {

/// `json` holds ids as JSON strings, one after another.
std::vector<RequestMessage> calls_of(const std::vector<std::string>& json) {
  RequestMessage message;
  message.role = Role::Assistant;
  for (const std::string& id : json) {
    message.tool_calls.push_back({std::string_view(id).substr(1, id.size() - 2), "f", "{}"});
  }
  return {message};
}

}  // namespace

TEST_CASE("ids of another form become nine letters and digits, each its own, in each request the same") {
  const std::vector<std::string> json = {"\"call_1\"",    "\"call_2\"",    "\"\"",          "\"toolu_01A-b\"",
                                         "\"D681PevKs\"", "\"D681PevK_\"", "\"D681PevKs0\""};
  const ToolCallIds ids(ToolCallIdForm::Alphanumeric9, calls_of(json));
  std::set<std::string> wire_ids;
  for (const std::string& quoted : json) {
    const std::string raw = quoted.substr(1, quoted.size() - 2);
    const std::string wire_id(ids.wire_id(raw));
    INFO(raw << " -> " << wire_id);
    CHECK(wire_id.size() == 9);
    CHECK(wire_ids.insert(wire_id).second);
    CHECK((wire_id == raw) == (raw == "D681PevKs"));
    CHECK(ids.own_id(wire_id) == raw);
  }
  // Another host, of another release, continues the conversation.
  CHECK(ids.wire_id("call_1") == "JqNCNswm3");
  const ToolCallIds alone(ToolCallIdForm::Alphanumeric9, calls_of({json[1]}));
  CHECK(alone.wire_id("call_2") == ids.wire_id("call_2"));
}

TEST_CASE("a hash that another id has already gives way") {
  const std::vector<std::string> first = {"\"call_1\""};
  const std::string taken(ToolCallIds(ToolCallIdForm::Alphanumeric9, calls_of(first)).wire_id("call_1"));
  const std::vector<std::string> both = {"\"call_1\"", '"' + taken + '"'};
  const ToolCallIds ids(ToolCallIdForm::Alphanumeric9, calls_of(both));
  CHECK(ids.wire_id(taken) == taken);
  CHECK(ids.wire_id("call_1") != taken);
  CHECK(ids.wire_id("call_1").size() == 9);
  CHECK(ids.own_id(taken) == taken);
  CHECK(ids.own_id(ids.wire_id("call_1")) == "call_1");
}

TEST_CASE("an id with escapes comes back as text") {
  const std::vector<std::string> json = {R"("a\"b\u00e9")", R"("\ud83d")"};
  const ToolCallIds ids(ToolCallIdForm::Alphanumeric9, calls_of(json));
  CHECK(ids.own_id(ids.wire_id(R"(a\"b\u00e9)")) == "a\"b\u00e9");
  CHECK(ids.wire_id(R"(\ud83d)").size() == 9);
}

TEST_CASE("ids as given stay") {
  const std::vector<std::string> json = {"\"call_1\""};
  const ToolCallIds ids(ToolCallIdForm::AsGiven, calls_of(json));
  CHECK(ids.wire_id("call_1") == "call_1");
  CHECK(ids.own_id("call_1") == "call_1");
}
