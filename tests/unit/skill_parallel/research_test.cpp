#include <catch2/catch.hpp>
#include <chrono>

#include "parallel_fixture.hpp"

using namespace skill_parallel_test;

namespace {

const Json kStarted = {{"run_id", "trun_1"}, {"status", "queued"}, {"is_active", true}, {"processor", "base"}};
const Json kDone = Json::parse(R"({"run":{"run_id":"trun_1","status":"completed"},"output":{"type":"text",
  "content":"The answer.","basis":[{"field":"output","confidence":"high","reasoning":"Because.",
  "citations":[{"url":"https://one.test","title":"One","excerpts":["x"]}]}]}})");

const Json kRunning = {{"runId", "trun_1"},
                       {"status", "running"},
                       {"_usage", {{"provider", "parallel"}, {"inputUnits", 1}, {"outputUnits", 0}}}};

bool is_result(const Request& request) { return request.url.find("/result") != std::string::npos; }

/// A task that has its result after so many asks.
std::function<Answer(const Request&)> done_after(int asks) {
  auto left = std::make_shared<int>(asks);
  return [left](const Request& request) {
    if (request.method == "POST") return answered(kStarted, 202);
    if (is_result(request)) return (*left)-- > 0 ? answered({{"error", "active"}}, 408) : answered(kDone);
    return answered(kStarted);
  };
}

}  // namespace

TEST_CASE("a research waits for its result at the service") {
  Parallel parallel;
  parallel.on_request = done_after(3);
  const auto outcome = parallel.invoke("parallel_deep_research", {{"instructions", "Find out"}, {"processor", "core"}});
  REQUIRE(outcome.status == PLATOS_OK);
  CHECK(outcome.json == Json::parse(R"({"runId":"trun_1","status":"completed","output":"The answer.","basis":[
      {"field":"output","citations":[{"url":"https://one.test","title":"One"}],"confidence":"high"}],
      "_usage":{"provider":"parallel","inputUnits":1,"outputUnits":0}})"));
  const auto requests = parallel.requests();
  REQUIRE(requests.size() == 5);
  CHECK(requests[0].url == "https://parallel.test/v1/tasks/runs");
  CHECK(Json::parse(requests[0].body) == Json::parse(R"({"input":"Find out","processor":"core",
      "task_spec":{"output_schema":{"type":"auto"}}})"));
  for (std::size_t i = 1; i < 5; ++i) {
    CHECK(requests[i].method == "GET");
    CHECK(requests[i].url == "https://parallel.test/v1/tasks/runs/trun_1/result?timeout=25");
  }
}

TEST_CASE("the output has the form that was asked for") {
  Parallel parallel;
  parallel.on_request = done_after(0);
  const auto schema_of = [&](const Json& wanted) {
    const std::size_t before = parallel.requests().size();
    parallel.invoke("parallel_deep_research", {{"instructions", "x"}, {"outputSchema", wanted}});
    return Json::parse(parallel.requests().at(before).body)["task_spec"]["output_schema"];
  };
  CHECK(schema_of("auto") == Json{{"type", "auto"}});
  CHECK(schema_of("markdown")["type"] == "text");
  CHECK(schema_of("text")["type"] == "text");
  CHECK(schema_of({{"type", "object"}}) == Json{{"type", "json"}, {"json_schema", {{"type", "object"}}}});
}

TEST_CASE("JSON output comes as JSON") {
  Parallel parallel;
  parallel.on_request = [](const Request& request) {
    if (!is_result(request)) return answered(kStarted);
    return answered({{"output", {{"type", "json"}, {"content", {{"b", 1}, {"a", {2}}}}}}});
  };
  CHECK(parallel.invoke("parallel_deep_research", {{"instructions", "x"}}).json["output"] ==
        Json{{"b", 1}, {"a", {2}}});
}

TEST_CASE("a research that is not done in time goes on, and is asked for later") {
  Parallel parallel;
  parallel.on_request = done_after(1'000);
  const auto outcome = parallel.invoke("parallel_deep_research", {{"instructions", "x"}});
  CHECK(outcome.json == kRunning);
  // A service that does not wait itself is not asked without end.
  CHECK(parallel.requests().size() <= 61);
  CHECK(parallel.invoke("parallel_deep_research_result", {{"runId", "trun_1"}}).json["status"] == "running");
  parallel.on_request = done_after(0);
  CHECK(parallel.invoke("parallel_deep_research_result", {{"runId", "trun_1"}}).json["output"] == "The answer.");
}

TEST_CASE("without a wait the id comes at once") {
  Parallel parallel({{"base_url", "https://parallel.test"}, {"research_wait_ms", 0}});
  parallel.on_request = done_after(0);
  CHECK(parallel.invoke("parallel_deep_research", {{"instructions", "x"}}).json["status"] == "running");
  CHECK(parallel.requests().size() == 1);
}

TEST_CASE("the call's deadline ends the wait") {
  Parallel parallel;
  parallel.on_request = done_after(1'000);
  using namespace std::chrono;
  parallel.call.deadline_ns = duration_cast<nanoseconds>(steady_clock::now().time_since_epoch()).count();
  CHECK(parallel.invoke("parallel_deep_research", {{"instructions", "x"}}).json["status"] == "running");
  CHECK(parallel.requests().size() == 2);
}

TEST_CASE("a connection that breaks while a task runs loses no task") {
  Parallel parallel;
  parallel.on_request = [](const Request& request) {
    return is_result(request) ? Answer{PLATOS_UNAVAILABLE, 0, "cut"} : answered(kStarted);
  };
  CHECK(parallel.invoke("parallel_deep_research", {{"instructions", "x"}}).json == kRunning);
  CHECK(parallel.invoke("parallel_deep_research_result", {{"runId", "trun_1"}}).status == PLATOS_UNAVAILABLE);
}

TEST_CASE("a cancelled call stops waiting") {
  Parallel parallel;
  parallel.on_request = [&](const Request& request) {
    if (is_result(request)) parallel.call.cancelled = true;
    return is_result(request) ? answered(Json::object(), 408) : answered(kStarted);
  };
  CHECK(parallel.invoke("parallel_deep_research", {{"instructions", "x"}}).status == PLATOS_CANCELLED);
  CHECK(parallel.requests().size() == 2);
}

TEST_CASE("a task that failed, or that nobody knows, is an error") {
  Parallel parallel;
  parallel.on_request = [](const Request& request) {
    if (is_result(request)) return answered({{"error", {{"message", "no result"}}}}, 404);
    return answered({{"run_id", "trun_1"}, {"status", "failed"}});
  };
  const auto failed = parallel.invoke("parallel_deep_research_result", {{"runId", "trun_1"}});
  CHECK(failed.status == PLATOS_ABORTED);
  CHECK(failed.error == "parallel: the task trun_1 has failed");
  parallel.on_request = [](const Request&) { return answered({{"error", {{"message", "unknown"}}}}, 404); };
  CHECK(parallel.invoke("parallel_deep_research_result", {{"runId", "trun_2"}}).status == PLATOS_NOT_FOUND);
}

TEST_CASE("an id that is none does not become a path") {
  Parallel parallel;
  parallel.on_request = [](const Request&) { return answered({{"run_id", "a/../b"}}); };
  CHECK(parallel.invoke("parallel_deep_research", {{"instructions", "x"}}).status == PLATOS_INTERNAL);
  CHECK(parallel.requests().size() == 1);
}
