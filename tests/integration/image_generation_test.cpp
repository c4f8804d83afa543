// Pictures in a real daemon: an agent asks for one, a server with the vendors' wires makes it, and it lies in the
// conversation's workspace.
#include <atomic>
#include <catch2/catch.hpp>
#include <future>

#include "support/days.hpp"
#include "support/image_bytes.hpp"
#include "support/stage.hpp"
#include "support/waiting.hpp"
#include "support/web_server.hpp"

using namespace platos::tests;

namespace {

const std::string kPng = png_bytes(1024, 1024, 300'000);
const std::string kJpeg = jpeg_bytes(832, 1440, 1000);
constexpr const char* kTool = "images__generate_image";

std::string json(const Json& body, int status = 200) {
  return WebServer::page(body.dump(), "application/json", status);
}

/// Black Forest Labs at /v1, OpenAI at /openai. What a prompt says is what becomes of it.
class Vendors {
 public:
  std::string answer(const WebVisit& visit) {
    if (visit.path == "/openai/images/generations") return openai(visit);
    if (visit.method == "POST") return submit(visit);
    if (visit.path.starts_with("/v1/get_result?id=")) return result(visit.path.substr(18));
    if (visit.path == "/v1/files/fox.jpg") return WebServer::page(kJpeg, "image/jpeg");
    return json({{"detail", "Not Found"}}, 404);
  }
  /// The next question is answered as the first one was: not ready.
  void begin_again() { questions_ = 0; }
  /// With http, this machine and the port.
  std::string url;

 private:
  std::string submit(const WebVisit& visit) const {
    if (visit.head.find("x-key: bad-key\r\n") != std::string::npos)
      return json({{"detail", "Not authenticated - Invalid Authentication"}}, 403);
    const std::string prompt = Json::parse(visit.body)["prompt"];
    const std::string id = prompt.substr(prompt.rfind(' ') + 1);
    std::string polling = url + "/v1/get_result?id=" + id;
    if (id == "inside-poll") polling = "http://169.254.169.254/latest/meta-data/?id=1";
    if (id == "open-poll") polling = "https://attacker.example/v1/get_result?id=1";
    return json({{"id", id}, {"polling_url", polling}});
  }
  std::string result(const std::string& id) {
    if (id == "never" || ++questions_ == 1) return json({{"id", id}, {"status", "Pending"}, {"result", nullptr}});
    if (id == "moderated") return json({{"id", id}, {"status", "Content Moderated"}, {"result", nullptr}});
    std::string sample = url + "/v1/files/fox.jpg";
    if (id == "inside-file") sample = "http://169.254.169.254/latest/user-data";
    if (id == "loop-file") sample = url + "/elsewhere/fox.jpg";
    if (id == "https-inside-file") sample = "https://127.0.0.1/fox.jpg";
    return json({{"id", id}, {"status", "Ready"}, {"result", {{"sample", sample}}}});
  }
  static std::string openai(const WebVisit& visit) {
    const Json asked = Json::parse(visit.body);
    const std::string prompt = asked["prompt"];
    if (prompt.ends_with("forbidden"))
      return json({{"error", {{"code", "content_policy_violation"}, {"message", "Rejected by the safety system."}}}},
                  400);
    std::string image = prompt.ends_with("huge") ? png_bytes(8, 8, 25 * 1024 * 1024) : kPng;
    if (prompt.ends_with("html")) image = "<html>no picture</html>";
    return json({{"data", {{{"b64_json", to_base64(image)}, {"revised_prompt", "A red fox"}}}}});
  }

  std::atomic<std::size_t> questions_{0};
};

std::string instance(const std::string& name, const std::string& component, const std::string& base_url,
                     const std::string& key) {
  const Json sizes = {{"1024x1024", {{"cents", 4}}},
                      {"1024x1792", {{"cents", 7}, {"send", "832x1440"}}},
                      {"1792x1024", {{"cents", 8}}}};
  return Json({{"instance", 1},
               {"name", name},
               {"plugin", "dev.platos.image-vendors"},
               {"component", component},
               {"config", {{"base_url", base_url}, {"sizes", sizes}}},
               {"secrets", {{"api_key", "env:" + key}}}})
      .dump();
}

struct ImageStage {
  Vendors vendors;
  WebServer server{[this](const WebVisit& visit) { return vendors.answer(visit); }};
  MockProvider mock;
  TempDir data;
  std::unique_ptr<Daemon> daemon;
  std::string agent_id;
  std::string thread;

  explicit ImageStage(const std::string& flux_key = "operators-key") {
    vendors.url = server.url();
    write_openai_instance(data, "mock", mock.base_url());
    data.write("manifests/instances/flux.json", instance("flux", "flux", server.url() + "/v1", "TEST_BFL"));
    data.write("manifests/instances/dalle.json", instance("dalle", "openai", server.url() + "/openai", "TEST_OPENAI"));
    DaemonSettings settings;
    settings.data_dir = data.path();
    settings.environment = {{"TEST_BFL", flux_key}, {"TEST_OPENAI", "operators-openai-key"}};
    daemon = std::make_unique<Daemon>(settings);
    agent_id = make_agent(*daemon, "mock:mock-toolsay", {"images", "files", "code"});
  }

  /// Makes the model call a tool in one thread; the tool's result.
  Json call_tool(const std::string& tool, const Json& arguments) {
    Json body = {{"message", Json({{"tool", tool}, {"arguments", arguments}}).dump()}};
    if (!thread.empty()) body["threadId"] = thread;
    const auto events = events_of(ask(*daemon, streamed_turn(agent_id, body)).body);
    if (thread.empty()) thread = event_of(events, "meta")["thread_id"];
    return event_of(events, "tool_result");
  }
  Json draw(const std::string& prompt, const Json& more = Json::object()) {
    Json arguments = {{"prompt", prompt}};
    arguments.update(more);
    return call_tool(kTool, arguments);
  }
  /// The word in front of what the model is told.
  std::string refusal(const std::string& prompt, const Json& more = Json::object()) {
    const Json drawn = draw(prompt, more);
    INFO(drawn.dump());
    REQUIRE(drawn["isError"] == true);
    const std::string text = drawn["result"];
    return text.substr(0, text.find(':'));
  }
  std::vector<WebVisit> visits_to(const std::string& path) const {
    auto visits = server.visits();
    std::erase_if(visits, [&](const WebVisit& visit) { return !visit.path.starts_with(path); });
    return visits;
  }
  Json files() { return call_tool("files__list_dir", Json::object())["result"]["entries"]; }
};

bool has_line(const WebVisit& visit, const std::string& line) {
  return visit.head.find(line + "\r\n") != std::string::npos;
}

}  // namespace

TEST_CASE_METHOD(ImageStage, "an agent has a picture made by FLUX, and finds it in the workspace of the conversation") {
  stay_within_a_day();
  const Json drawn = draw("A fox, id fox", {{"size", "1024x1792"}});
  INFO(drawn.dump());
  REQUIRE(drawn["result"].is_object());
  const std::string path = drawn["result"]["path"];
  CHECK(path.starts_with("images/flux-"));
  CHECK(path.ends_with(".jpg"));
  CHECK(drawn["result"]["mimeType"] == "image/jpeg");
  CHECK(drawn["result"]["width"] == 832);
  CHECK(drawn["result"]["height"] == 1440);
  CHECK(drawn["result"]["bytes"] == kJpeg.size());
  CHECK(drawn["result"]["model"] == "flux");
  CHECK(drawn["result"]["vendorModel"] == "flux-pro-1.1");
  CHECK(drawn["result"]["costCents"] == 7);
  CHECK_FALSE(drawn["result"].contains("_usage"));
  const Json day = get(*daemon, "/api/v1/agent/monitoring/cost/skills/daily").json();
  CHECK(day["totalCostCents"].get<double>() == Approx(7));
  CHECK(day["byProvider"][0]["provider"] == "flux");

  const auto submitted = visits_to("/v1/flux-pro-1.1");
  REQUIRE(submitted.size() == 1);
  CHECK(has_line(submitted.front(), "x-key: operators-key"));
  CHECK(Json::parse(submitted.front().body)["width"] == 832);
  CHECK(visits_to("/v1/get_result").size() == 2);
  REQUIRE(visits_to("/v1/files").size() == 1);
  CHECK(visits_to("/v1/files").front().head.find("operators-key") == std::string::npos);

  const Json ran =
      call_tool("code__run_shell", {{"command", "wc -c < " + path + "; head -c 3 " + path + " | od -An -tx1"}});
  INFO(ran.dump());
  CHECK(ran["result"]["stdout"] == std::to_string(kJpeg.size()) + "\n ff d8 ff\n");
  // Another picture has another name, and another conversation has neither.
  CHECK(draw("A fox, id fox")["result"]["path"] != path);
  CHECK(files().size() == 3);
  thread.clear();
  CHECK(files().empty());
  for (const auto& request : mock.requests()) CHECK(request.body.find("operators-key") == std::string::npos);
  CHECK(daemon->log().find("operators-key") == std::string::npos);
}

TEST_CASE_METHOD(ImageStage, "an agent has a picture made by OpenAI's Images API") {
  const Json drawn = draw("A fox", {{"model", "dalle"}, {"size", "1792x1024"}});
  INFO(drawn.dump());
  CHECK(drawn["result"]["bytes"] == kPng.size());
  CHECK(drawn["result"]["mimeType"] == "image/png");
  CHECK(drawn["result"]["costCents"] == 8);
  CHECK(drawn["result"]["revisedPrompt"] == "A red fox");
  const auto asked = visits_to("/openai");
  REQUIRE(asked.size() == 1);
  CHECK(has_line(asked.front(), "Authorization: Bearer operators-openai-key"));
  CHECK(Json::parse(asked.front().body)["size"] == "1792x1024");
  CHECK(files()[1]["size"] == kPng.size());
}

TEST_CASE_METHOD(ImageStage, "what a vendor refuses, and what is no picture, is told and not kept") {
  CHECK(refusal("A fox forbidden", {{"model", "dalle"}}) == "image_content_policy");
  CHECK(refusal("A fox, id moderated") == "image_content_policy");
  CHECK(refusal("A fox huge", {{"model", "dalle"}}) == "image_too_large");
  CHECK(refusal("A fox html", {{"model", "dalle"}}) == "image_unreadable");
  CHECK(files().empty());
  CHECK(draw("A fox", {{"model", "dalle"}})["result"]["width"] == 1024);
}

TEST_CASE_METHOD(ImageStage, "addresses that a vendor gives lead nowhere inside, and take no key along") {
  for (const char* id : {"inside-poll", "open-poll"}) {
    INFO(id);
    CHECK(refusal(std::string("A fox, id ") + id) == "url_not_granted");
  }
  for (const char* id : {"inside-file", "loop-file", "https-inside-file"}) {
    INFO(id);
    CHECK(refusal(std::string("A fox, id ") + id) == "address_refused");
  }
  CHECK(visits_to("/elsewhere").empty());
  CHECK(files().empty());
}

TEST_CASE("a key that the vendor refuses is told, and not shown") {
  ImageStage stage("bad-key");
  const Json drawn = stage.draw("A fox, id fox");
  INFO(drawn.dump());
  CHECK(drawn["result"].get<std::string>().starts_with("image_unauthenticated: "));
  CHECK(drawn.dump().find("bad-key") == std::string::npos);
  CHECK(stage.daemon->log().find("bad-key") == std::string::npos);
}

TEST_CASE("without any key nothing is sent; an environment's own key takes the place of the operator's") {
  ImageStage stage("");
  CHECK(stage.refusal("A fox, id fox") == "secret_unbound");
  CHECK(stage.server.visits().empty());

  const std::string skill = "/api/v1/agent/skills/agent/" + stage.agent_id + "/platos.image_generation";
  CHECK(post(*stage.daemon, skill, Json::object()).status == 412);
  const std::string variables = "/api/v1/projects/prj_default/envvars/env_default";
  for (const char* name : {"BFL_API_KEY", "TEST_BFL"})
    REQUIRE(post(*stage.daemon, variables, {{"name", name}, {"value", "tenants-key"}}).status < 300);
  REQUIRE(post(*stage.daemon, skill, Json::object()).status < 300);
  const Json mine = stage.call_tool("platos_image_generation__generate_image", {{"prompt", "A fox, id fox"}});
  INFO(mine.dump());
  CHECK(mine["result"]["bytes"] == kJpeg.size());
  const auto submitted = stage.visits_to("/v1/flux-pro-1.1");
  REQUIRE(submitted.size() == 1);
  CHECK(has_line(submitted.front(), "x-key: tenants-key"));
  CHECK(mine.dump().find("tenants-key") == std::string::npos);
}

TEST_CASE_METHOD(ImageStage, "who cancels the turn stops the questions for its picture") {
  const auto turn = std::async(std::launch::async, [this] { return draw("A fox, id never"); });
  REQUIRE(wait_until([this] { return visits_to("/v1/get_result?id=never").size() >= 2; }, 60'000));
  const Json runs = get(*daemon, "/api/v1/runs").json();
  const std::string run = runs["runs"][0]["id"];
  CHECK(post(*daemon, "/api/v1/runs/" + run + "/cancel", Json::object()).status == 202);
  turn.wait();
  // A question that was on its way arrives while the first picture is made. The second one takes longer than the pause
  // that the cancelled one was in: two questions with the same pauses.
  thread.clear();
  CHECK(draw("A fox, id fox")["result"]["width"] == 832);
  const auto asked = visits_to("/v1/get_result?id=never").size();
  vendors.begin_again();
  CHECK(draw("A fox, id again")["result"]["width"] == 832);
  CHECK(visits_to("/v1/get_result?id=again").size() == 2);
  CHECK(visits_to("/v1/get_result?id=never").size() == asked);
}

TEST_CASE_METHOD(ImageStage, "a daemon that dies while a picture is made does not pay for it twice") {
  auto turn = std::async(std::launch::async, [this] {
    return ask(
        *daemon,
        streamed_turn(agent_id,
                      {{"message", Json({{"tool", kTool}, {"arguments", {{"prompt", "A fox, id never"}}}}).dump()}}));
  });
  REQUIRE(wait_until([this] { return !visits_to("/v1/get_result?id=never").empty(); }, 60'000));
  const std::string run = get(*daemon, "/api/v1/runs").json()["runs"][0]["id"];
  daemon->kill_hard();
  turn.wait();
  daemon->start_again();
  REQUIRE(wait_until([&] { return get(*daemon, "/api/v1/runs/" + run).json().value("status", "") == "completed"; },
                     60'000));
  CHECK(visits_to("/v1/flux-pro-1.1").size() == 1);
  CHECK(mock.requests().back().body.find("It is not known whether") != std::string::npos);
}
