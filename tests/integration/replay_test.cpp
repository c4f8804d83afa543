// POSTs without a key that a client repeats because it never heard the answer.
#include <catch2/catch.hpp>

#include "integration/api_stage.hpp"
#include "support/waiting.hpp"

namespace platos::tests {
namespace {

std::string raw_post(const Stage& stage, const std::string& path, const std::string& body) {
  return "POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + stage.daemon->key() +
         "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::int64_t threads_of(const ApiStage& stage) { return stage.fetch("/api/v1/agent/threads").json()["total"]; }

/// What a repeated request finds, once the daemon has noticed that the first connection is gone.
template <typename Ask, typename Found>
bool finds(Ask ask, Found found) {
  return wait_until([&] { return found(ask()); });
}

}  // namespace

TEST_CASE("the same words twice are two requests when the first was answered, and when both are under way") {
  const ApiStage stage;
  const Json body = {{"agentId", stage.agent("mock-n1-r0")}};
  const Json first = stage.made("POST", "/api/v1/agent/threads", body);
  const Json second = stage.made("POST", "/api/v1/agent/threads", body);
  CHECK(first["id"] != second["id"]);
  const std::string request = raw_post(stage, "/api/v1/agent/threads", body.dump());
  RawConnection left(stage.daemon->url());
  RawConnection right(stage.daemon->url());
  left.send(request);
  right.send(request);
  CHECK(left.read_until("\"userId\"").find("201 Created") != std::string::npos);
  CHECK(right.read_until("\"userId\"").find("201 Created") != std::string::npos);
  CHECK(threads_of(stage) == 4);
}

TEST_CASE("a thread with an Idempotency-Key is made once") {
  const ApiStage stage;
  const Json body = {{"agentId", stage.agent("mock-n1-r0")}};
  const Json first = stage.made("POST", "/api/v1/agent/threads", body, {"Idempotency-Key: once"});
  CHECK(stage.made("POST", "/api/v1/agent/threads", body, {"Idempotency-Key: once"})["id"] == first["id"]);
  CHECK(stage.made("POST", "/api/v1/agent/threads", body, {"Idempotency-Key: twice"})["id"] != first["id"]);
  CHECK(threads_of(stage) == 2);
}

TEST_CASE("a turn whose stream broke is found by the same request, not begun again") {
  const ApiStage stage;
  const std::string agent = stage.agent("mock-hang");
  const std::string thread = make_thread(*stage.daemon, agent);
  const std::string path = "/api/v1/agent/threads/" + thread + "/stream";
  const std::string body = R"({"message":"Hi"})";
  {
    RawConnection broken(stage.daemon->url());
    broken.send(raw_post(stage, path, body));
    REQUIRE(broken.read_until("\"meta\"").find("\"meta\"") != std::string::npos);
  }
  const std::string run = stage.runs()["runs"][0]["id"];
  const auto ask_again = [&] {
    RawConnection again(stage.daemon->url());
    again.send(raw_post(stage, path, body));
    return again.read_until("}");  // of the first event, or of the refusal
  };
  // As long as the daemon does not know of the loss, the thread is busy.
  CHECK(finds(ask_again, [](const std::string& answer) {
    return answer.find("200 OK") != std::string::npos && answer.find("\"meta\"") != std::string::npos;
  }));
  CHECK(stage.run_count() == 1);
  CHECK(stage.call("POST", kRuns + run + "/cancel").status == 202);
}

}  // namespace platos::tests
