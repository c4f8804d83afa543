// The tree of spans of a turn, as an observer of the package writes it down.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "support/stage.hpp"

using namespace platos::tests;

namespace {

/// By span id.
std::map<std::string, Json> spans_below(const std::string& folder) {
  std::map<std::string, Json> spans;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (entry.path().filename() != "trace.jsonl") continue;
    std::ifstream file(entry.path());
    for (std::string line; std::getline(file, line);) {
      const Json record = Json::parse(line);
      if (record["kind"] == "span") spans.emplace(record["span_id"], record);
    }
  }
  return spans;
}

}  // namespace

TEST_CASE("a turn is a trace: its steps, and in them model, tools and governors; recall before them") {
  Stage stage({}, {{"instances/trace-file.json",
                    R"({"instance":1,"name":"trace-file","plugin":"dev.platos.observer-file","component":"file"})"}});
  const std::string agent = make_agent(*stage.daemon, "mock:mock-tool", {"docs"});
  const auto events = stage.say(agent, "cancel a run");
  REQUIRE(events.back().type() == "done");
  // The last records are flushed when the daemon stops.
  REQUIRE(stage.daemon->stop() == 0);
  const auto spans = spans_below(stage.data.path());
  std::multiset<std::string> seen;
  for (const auto& [id, span] : spans) {
    const auto parent = spans.find(span.value("parent_span_id", ""));
    seen.insert(span["name"].get<std::string>() + " in " +
                (parent == spans.end() ? "nothing" : parent->second["name"].get<std::string>()));
    CHECK(span.value("trace_id", "none") == spans.begin()->second.value("trace_id", "nothing"));
  }
  for (const auto& [what, times] : std::map<std::string, std::size_t>{{"invoke_agent in nothing", 1},
                                                                      {"recall_memory in invoke_agent", 1},
                                                                      {"step in invoke_agent", 2},
                                                                      {"chat in step", 2},
                                                                      {"execute_tool in step", 1}}) {
    CAPTURE(what);
    CHECK(seen.count(what) == times);
  }
  CHECK(seen.count("govern in invoke_agent") >= 1);
  CHECK(seen.count("govern in chat") >= 1);
  CHECK(seen.count("govern in step") == 1);
  CHECK(seen.count("govern in execute_tool") == 1);
}
