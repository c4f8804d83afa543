// The skills web and parallel in a real daemon: a search server with the services' wire formats, and the web behind a
// proxy that answers for every public address.
#include <catch2/catch.hpp>

#include "support/days.hpp"
#include "support/stage.hpp"
#include "support/web_server.hpp"

using namespace platos::tests;

namespace {

std::string search_answer(const WebVisit& visit) {
  const auto json = [](const Json& body, int status = 200) {
    return WebServer::page(body.dump(), "application/json", status);
  };
  if (visit.path == "/search" && visit.method == "POST") {
    if (visit.head.find("Authorization: Bearer tvly-key\r\n") == std::string::npos) {
      return json({{"detail", {{"error", "Unauthorized: missing or invalid API key."}}}}, 401);
    }
    return json({{"query", Json::parse(visit.body)["query"]},
                 {"results",
                  {{{"title", "Coroutines"},
                    {"url", "http://93.184.215.14/coroutines"},
                    {"content", "About coroutines."},
                    {"score", 0.98}}}}});
  }
  if (visit.path == "/v1/tasks/runs") return json({{"run_id", "trun_7"}, {"status", "queued"}}, 202);
  if (visit.path.starts_with("/v1/tasks/runs/trun_7/result")) {
    return json({{"run", {{"run_id", "trun_7"}}}, {"output", {{"type", "text"}, {"content", "Forty-two."}}}});
  }
  return json({{"error", "not found"}}, 404);
}

std::string web_answer(const WebVisit& visit) {
  if (visit.path == "/coroutines") return WebServer::redirect("/moved");
  if (visit.path == "/inside") return WebServer::redirect("http://127.0.0.1:1/secret");
  return WebServer::page("<title>Here</title><script>no()</script><h1>Coroutines</h1><p>They wait.");
}

Json instance(const std::string& name, const Json& config, const Json& secrets) {
  return {{"instance", 1},     {"name", name},     {"plugin", "dev.platos.skill-" + name},
          {"component", name}, {"config", config}, {"secrets", secrets}};
}

/// A daemon whose web skill asks the search server and reads the web through the proxy.
struct WebStage {
  WebServer search{search_answer};
  WebServer web{web_answer};
  MockProvider mock;
  TempDir data;
  std::unique_ptr<Daemon> daemon;

  explicit WebStage(const std::string& key = "tvly-key") {
    write_openai_instance(data, "mock", mock.base_url());
    data.write("manifests/instances/web.json",
               instance("web", {{"tavily_url", search.url()}}, {{"tavily", "env:TEST_TAVILY"}}).dump());
    data.write("manifests/instances/parallel.json",
               instance("parallel", {{"base_url", search.url()}}, {{"api_key", "env:TEST_PARALLEL"}}).dump());
    DaemonSettings settings;
    settings.data_dir = data.path();
    settings.arguments = {"--set", "egress.proxy=" + web.url()};
    settings.environment = {{"TEST_TAVILY", key}, {"TEST_PARALLEL", "parallel-key"}};
    daemon = std::make_unique<Daemon>(settings);
  }

  /// What the tool answered to the model.
  std::string tool_answer(const std::string& tool, const Json& arguments) const {
    const std::string agent = make_agent(*daemon, "mock:mock-toolsay", {"web", "parallel"});
    const std::size_t before = mock.requests().size();
    call_tool(*daemon, agent, tool, arguments);
    REQUIRE(mock.requests().size() == before + 2);
    return Json::parse(mock.requests().back().body)["messages"].back()["content"].get<std::string>();
  }
};

}  // namespace

TEST_CASE("an agent searches the web, and the key goes to the search service only") {
  stay_within_a_day();
  const WebStage world;
  const Json found = Json::parse(world.tool_answer("web__web_search", {{"query", "c++ coroutines"}}));
  CHECK(found["source"] == "tavily");
  CHECK(found["results"][0] == Json({{"title", "Coroutines"},
                                     {"url", "http://93.184.215.14/coroutines"},
                                     {"snippet", "About coroutines."},
                                     {"score", 0.98}}));
  CHECK_FALSE(found.contains("_usage"));
  const Json books = get(*world.daemon, "/api/v1/agent/monitoring/cost/skills/daily").json();
  CHECK(books["byProvider"][0]["provider"] == "tavily");
  CHECK(books["bySkill"][0]["outputUnits"] == found["results"].size());
  CHECK(Json::parse(world.search.visits().at(0).body)["query"] == "c++ coroutines");
  for (const auto& request : world.mock.requests()) CHECK(request.body.find("tvly-key") == std::string::npos);
}

TEST_CASE("an agent reads a page of the web, through a redirect, as text") {
  const WebStage world;
  const Json page = Json::parse(world.tool_answer("web__fetch_url", {{"url", "http://93.184.215.14/coroutines"}}));
  CHECK(page == Json({{"url", "http://93.184.215.14/moved"}, {"title", "Here"}, {"text", "Coroutines\nThey wait."}}));
  const auto visits = world.web.visits();
  REQUIRE(visits.size() == 2);
  for (const auto& visit : visits) {
    CHECK(visit.authority == "93.184.215.14:80");
    CHECK(visit.head.find("key") == std::string::npos);
  }
}

TEST_CASE("what is inside is not reached: neither directly nor by a redirect") {
  const WebStage world;
  for (const std::string& url :
       {world.daemon->url() + "/api/v1/agent/agents", std::string("http://127.0.0.1/"),
        std::string("http://169.254.169.254/latest/meta-data/"), std::string("http://93.184.215.14/inside")}) {
    INFO(url);
    const std::string answer = world.tool_answer("web__fetch_url", {{"url", url}});
    CHECK(answer.find("may not be reached") != std::string::npos);
  }
}

TEST_CASE("a research comes back with its output") {
  const WebStage world;
  const Json done =
      Json::parse(world.tool_answer("parallel__parallel_deep_research", {{"instructions", "The answer?"}}));
  CHECK(done == Json({{"runId", "trun_7"}, {"status", "completed"}, {"output", "Forty-two."}}));
  for (const auto& visit : world.search.visits()) {
    CHECK(visit.head.find("x-api-key: parallel-key\r\n") != std::string::npos);
  }
}

TEST_CASE("a key that the service refuses is told, and not shown") {
  const WebStage world("wrong-key");
  const std::string answer = world.tool_answer("web__web_search", {{"query", "x"}});
  CHECK(answer.find("tavily answered 401: Unauthorized") != std::string::npos);
  CHECK(answer.find("wrong-key") == std::string::npos);
}
