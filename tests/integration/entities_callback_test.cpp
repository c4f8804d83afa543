// Connected entities that are away: their tools are called by HTTP, where they said so and the operator lets them.
#include <atomic>
#include <mutex>

#include "integration/entity_stage.hpp"
#include "support/web_server.hpp"

namespace platos::tests {
namespace {

std::string reply(const std::string& status, const std::string& body, const std::string& headers = {}) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\nContent-Type: application/json\r\n" + headers + "\r\n" + body;
}

std::string header_of(const WebVisit& visit, const std::string& name) {
  const auto at = visit.head.find("\r\n" + name + ": ");
  if (at == std::string::npos) return {};
  const auto begin = at + name.size() + 4;
  return visit.head.substr(begin, visit.head.find("\r\n", begin) - begin);
}

/// An entity whose backend gave its address and has gone; and the server that stands there.
struct CallbackStage {
  std::mutex mutex;
  std::vector<std::string> answers;  // to come; the last one stays
  WebServer web{[this](const WebVisit&) {
    const std::lock_guard lock(mutex);
    std::string answer = answers.empty() ? reply("200 OK", "\"by http\"") : answers.front();
    if (answers.size() > 1) answers.erase(answers.begin());
    return answer;
  }};
  EntityStage stage{
      {"--set", "entities.callback_hosts=" + web.url().substr(7), "--set", "tools.max_result_bytes=2048"}};

  explicit CallbackStage(std::vector<std::string> its_answers = {}) : answers(std::move(its_answers)) {
    Backend backend(stage, stage.secret);
    Json slow = declared("slow", "read");
    slow["timeout_ms"] = 300;
    const Json done = backend.enroll({declared("pay"), declared("find", "read"), declared("put", "idempotent"), slow},
                                     {{"callback_url", web.url() + "/platos?key=k1"}});
    CHECK(done["rejected"].empty());
    backend.leave(stage);
  }
};

}  // namespace

TEST_CASE("A call of an entity that is away is posted to its address, for its user, with everything that it verifies") {
  CallbackStage f;
  const Json result = f.stage.called(f.stage.agent_id, "crm__pay",
                                     {"X-Platos-User-Id: ann", "X-Platos-User-Token: token-of-ann",
                                      "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"});
  CHECK(has(result, "by http"));
  const Json matrix = f.stage.fetch("/api/v1/agent/tools/matrix").json();
  for (const auto& row : matrix["rows"]) {
    CHECK(row["callbackUrl"] == (row["entityId"] == "crm" ? Json(f.web.url() + "/platos") : Json()));
  }
  const auto visits = f.web.visits();
  REQUIRE(visits.size() == 1);
  CHECK(visits[0].method == "POST");
  CHECK(visits[0].path == "/platos?key=k1");
  CHECK(Json::parse(visits[0].body) ==
        Json({{"method", "tools/call"}, {"params", {{"name", "pay"}, {"arguments", Json::object()}}}}));
  CHECK(header_of(visits[0], "X-Platos-Entity-Id") == "crm");
  CHECK(header_of(visits[0], "X-Platos-User-Id") == "ann");
  CHECK(header_of(visits[0], "X-Platos-User-Token") == "token-of-ann");
  CHECK(header_of(visits[0], "X-Platos-Agent-Id") == f.stage.agent_id);
  CHECK(header_of(visits[0], "X-Platos-Signature").size() == 64);
  CHECK(header_of(visits[0], "Idempotency-Key").starts_with("run_"));
  CHECK(header_of(visits[0], "traceparent").starts_with("00-0af7651916cd43dd8448eb211c80319c-"));
}

TEST_CASE("A backend that is connected is asked there; when it has gone again, by HTTP, and also by a new daemon") {
  CallbackStage f;
  {
    Backend backend(f.stage, f.stage.secret);
    backend.enroll(Json::array({declared("find", "read")}), {{"callback_url", f.web.url() + "/other"}});
    auto told = f.stage.calls("crm__find");
    backend.answer(backend.wait_for("tool_call"), "by socket");
    CHECK(has(told.get(), "by socket"));
    CHECK(f.web.visits().empty());
    backend.leave(f.stage);
  }
  CHECK(has(f.stage.called("crm__find"), "by http"));
  f.stage.daemon->stop();
  f.stage.daemon->start_again();
  CHECK(has(f.stage.called("crm__find"), "by http"));
  CHECK(f.web.visits().back().path == "/other");
}

TEST_CASE("An address that breaks off: once is left in doubt and not called again, idempotent is, with its key") {
  CallbackStage once({""});
  CHECK(has(once.stage.called("crm__pay"), "not known whether"));
  CHECK(once.web.visits().size() == 1);
  CallbackStage idempotent({"", reply("200 OK", "\"stored\"")});
  CHECK(has(idempotent.stage.called("crm__put"), "stored"));
  const auto visits = idempotent.web.visits();
  REQUIRE(visits.size() == 2);
  CHECK(header_of(visits[0], "Idempotency-Key") == header_of(visits[1], "Idempotency-Key"));
  CHECK(header_of(visits[0], "X-Platos-Call-Id") != header_of(visits[1], "X-Platos-Call-Id"));
  CHECK(header_of(visits[0], "X-Platos-Nonce") != header_of(visits[1], "X-Platos-Nonce"));
}

TEST_CASE("What an address answers is what the model is told") {
  CallbackStage f({reply("429 Slow", "{}", "Retry-After: 7\r\n"), reply("400 Bad", "no such customer"),
                   reply("204 No Content", ""), reply("200 OK", "<html>"), reply("200 OK", "<html>"),
                   reply("307 Moved", "", "Location: http://127.0.0.1:1/\r\n"),
                   reply("200 OK", "\"" + std::string(70'000, 'x') + "\""),
                   reply("200 OK", "\"" + std::string(1'100'000, 'x') + "\"")});
  const Json limited = f.stage.called("crm__find");
  CHECK(has(limited, "rate_limit"));
  CHECK(has(limited, "retryAfterSeconds"));
  CHECK(has(limited, "in 7 seconds"));
  CHECK(has(f.stage.called("crm__find"), "HTTP 400: no such customer"));
  CHECK(f.stage.called("crm__find")["result"].is_null());
  CHECK(has(f.stage.called("crm__find"), "is no JSON"));
  CHECK(has(f.stage.called("crm__find"), "redirects"));
  CHECK(has(f.stage.called("crm__find"), "truncated"));
  CHECK(has(f.stage.called("crm__find"), "withheld: it has 1100002 bytes"));
  CHECK(f.web.visits().size() == 8);  // what cannot be read is asked for once more
}

TEST_CASE("An address that is not public, and not the operator's, is refused by itself, and never called") {
  std::atomic<int> visited{0};
  WebServer inner([&](const WebVisit&) {
    ++visited;
    return reply("200 OK", "\"metadata\"");
  });
  const EntityStage stage;
  for (const std::string& url :
       {inner.url() + "/", std::string("https://169.254.169.254/latest"), std::string("https://localhost/"),
        std::string("http://example.com/"), std::string("https://user:pass@example.com/"),
        std::string("file:///etc/passwd"), std::string("not a url"), "https://example.com/" + std::string(4096, 'x')}) {
    INFO(url);
    Backend backend(stage, stage.secret);
    const Json done = backend.enroll(Json::array({declared("find", "read")}), {{"callback_url", url}});
    CHECK(done["count"] == 1);
    REQUIRE(done["rejected"].size() == 1);
    CHECK(done["rejected"][0]["name"] == "callback_url");
  }
  Backend backend(stage, stage.secret);
  backend.enroll(Json::array({declared("find", "read")}), {{"callback_url", inner.url()}});
  auto told = stage.calls("crm__find");
  backend.answer(backend.wait_for("tool_call"), "by socket");
  CHECK(has(told.get(), "by socket"));
  CHECK(visited == 0);
}

TEST_CASE("An address that the operator no longer allows is not called, though it is stored") {
  CallbackStage f;
  f.stage.daemon->stop();
  DaemonSettings settings;
  settings.data_dir = f.stage.daemon->data_dir();
  const Daemon stricter(settings);
  const Ask turn = streamed_turn(f.stage.agent_id, {{"message", EntityStage::asking("crm__find", Json::object())}});
  const Json told = event_of(events_of(ask(stricter, turn).body), "tool_result");
  CHECK(has(told, "is not public"));
  CHECK_FALSE(has(told, "key=k1"));
  CHECK(f.web.visits().empty());
}

}  // namespace platos::tests
