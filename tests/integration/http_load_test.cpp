// platosd among clients that are many, silent, slow, greedy or gone, and on a disk that is full.
#include <arpa/inet.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <future>
#include <iostream>
#include <sstream>

#include "https_stage.hpp"
#include "support/stage.hpp"

using namespace platos::tests;
using namespace std::chrono_literals;

namespace {

using SteadyClock = std::chrono::steady_clock;

/// A route under a fresh agent on this model.
std::string agent_route(const Stage& stage, const std::string& model, const std::string& route) {
  return "/api/v1/agent/agents/" + stage.agent(model) + route;
}

void raise_file_limit() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

std::uint16_t local_port(const RawConnection& connection) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(connection.fd(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

/// Whether the kernel still sees the daemon's end of this connection as open.
bool daemon_holds(const RawConnection& connection) {
  char remote[24];
  std::snprintf(remote, sizeof remote, "0100007F:%04X", unsigned{local_port(connection)});
  std::ifstream table("/proc/net/tcp");
  for (std::string line; std::getline(table, line);) {
    std::istringstream fields(line);
    std::string number;
    std::string local;
    std::string peer;
    std::string state;
    fields >> number >> local >> peer >> state;
    if (peer == remote) return state == "01";  // ESTABLISHED
  }
  return false;
}

/// 200 requests on one connection, as an operator's probe makes them; the 198th fastest.
std::chrono::microseconds health_p99(const Daemon& daemon) {
  RawConnection connection(daemon.url());
  std::vector<std::chrono::microseconds> times;
  for (int i = 1; i <= 200; ++i) {
    const std::string id = "X-Request-Id: probe" + std::to_string(i);
    const auto begin = SteadyClock::now();
    connection.send("GET /api/health HTTP/1.1\r\nHost: localhost\r\n" + id + "\r\n\r\n");
    if (connection.read_until(id + "\r\n").find(id) == std::string::npos) return 1h;
    times.push_back(std::chrono::duration_cast<std::chrono::microseconds>(SteadyClock::now() - begin));
  }
  std::sort(times.begin(), times.end());
  return times[197];
}

/// Sends a turn on a raw connection; its run once the stream has begun.
std::string begin_turn(RawConnection& connection, const Daemon& daemon, const std::string& path) {
  const std::string body = R"({"message":"Hi"})";
  connection.send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + daemon.key() +
                  "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
  const std::string head = connection.read_until("\r\n\r\n");
  const std::string name = "X-Platos-Run-Id: ";
  const auto at = head.find(name);
  if (at == std::string::npos) throw std::runtime_error("no run: " + head);
  return head.substr(at + name.size(), head.find("\r\n", at) - at - name.size());
}

}  // namespace

TEST_CASE("5,000 idle connections do not disturb the service") {
  raise_file_limit();
  const Stage stage;
  const std::string path = agent_route(stage, "mock-r0", "/messages");
  const long before_kib = stage.daemon->resident_kib();
  std::vector<std::unique_ptr<RawConnection>> idle;
  for (int i = 0; i < 5'000; ++i) {
    idle.push_back(std::make_unique<RawConnection>(stage.daemon->url()));
    if (i % 2 == 0) idle.back()->send("GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n");  // half were used once
  }
  for (std::size_t i = 0; i < idle.size(); i += 2) REQUIRE(idle[i]->read_until("}").starts_with("HTTP/1.1 200 "));
  const auto p99 = health_p99(*stage.daemon);
  const long grown_kib = stage.daemon->resident_kib() - before_kib;
  std::cout << "5,000 idle connections: health p99 " << p99.count() << " us, memory grew by " << grown_kib << " KiB\n";
  CHECK(p99 <= 50ms);
  CHECK(post(*stage.daemon, path, {{"message", "Hi"}}).json()["status"] == "completed");
  CHECK(grown_kib < 5'000L * 16);
  for (const auto& each : idle)
    each->send("GET /api/health HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: later\r\n\r\n");
  for (const auto& each : idle) REQUIRE(each->read_until("later").find("later") != std::string::npos);
}

TEST_CASE("64 turns that wait for a silent model leave /api/health as quick as ever, and a cancel ends each of them") {
  const Stage stage;
  const std::string path = agent_route(stage, "mock-hang", "/messages");
  std::vector<std::future<Answer>> turns;
  for (int i = 0; i < 64; ++i)
    turns.push_back(std::async(std::launch::async, [&] { return post(*stage.daemon, path, {{"message", "Hi"}}); }));
  REQUIRE(stage.mock.wait_until([](const MockStats& stats) { return stats.held == 64; }, 20s));
  const auto p99 = health_p99(*stage.daemon);
  std::cout << "64 silent turns: health p99 " << p99.count() << " us\n";
  CHECK(p99 <= 10ms);
  Json live;
  const auto until = SteadyClock::now() + 10s;  // a model may be asked before the turn is accepted
  do live = stage.runs("?status=running&limit=200");
  while (live["total"] != 64 && SteadyClock::now() < until);
  REQUIRE(live["total"] == 64);
  for (const auto& run : live["runs"]) {
    CHECK(post(*stage.daemon, "/api/v1/runs/" + run["id"].get<std::string>() + "/cancel", Json::object()).status ==
          202);
  }
  for (auto& turn : turns) {
    const Answer answer = turn.get();
    CHECK(answer.status == 201);
    CHECK(answer.json()["status"] == "canceled");
  }
  CHECK(stage.mock.wait_until([](const MockStats& stats) { return stats.active == 0; }, 10s));
  CHECK(stage.runs("?status=canceled")["total"] == 64);
}

TEST_CASE("a client that stops reading is dropped after http.write_stall_ms, and its turn is completed and whole") {
  const Stage stage({"--set", "http.write_stall_ms=300"});
  const std::string path = agent_route(stage, "mock-n100000-r0", "/chat/stream");
  RawConnection stalled(stage.daemon->url());
  const int small = 4096;
  ::setsockopt(stalled.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  CHECK(daemon_holds(stalled));
  // 100,000 events are more than the kernel takes for a reader that is away.
  const std::string run = begin_turn(stalled, *stage.daemon, path);
  CHECK(stage.wait_for_status(run, "completed"));
  const auto until = SteadyClock::now() + 10s;
  while (daemon_holds(stalled) && SteadyClock::now() < until) {
  }
  CHECK_FALSE(daemon_holds(stalled));
  const auto all = events_of(get(*stage.daemon, "/api/v1/runs/" + run + "/events").body);
  CHECK(all.size() == 100'005);
  CHECK(text_of(all).size() == 100'000 * 18);
  const std::string thread = all.front().data["thread_id"];
  const Json messages = stage.messages_of(thread);
  CHECK((messages["messages"][1]["content"] == text_of(all)));
}

TEST_CASE("4,000 TLS clients that never end their greeting cost little, and are closed in time") {
  raise_file_limit();
  const HttpsStage stage({"--set", "http.read_timeout_ms=4000"});
  const long before_kib = stage.daemon->resident_kib();
  const std::string hello("\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03", 11);  // the first bytes of one
  std::vector<std::unique_ptr<RawConnection>> slow;
  for (int i = 0; i < 4'000; ++i) {
    slow.push_back(std::make_unique<RawConnection>(stage.https_url));
    slow.back()->send(hello);
  }
  const auto p99 = health_p99(*stage.daemon);
  const long grown_kib = stage.daemon->resident_kib() - before_kib;
  std::cout << "4,000 half TLS greetings: health p99 " << p99.count() << " us, memory grew by " << grown_kib
            << " KiB\n";
  CHECK(p99 <= 50ms);
  CHECK(grown_kib < 4'000L * 40);
  Ask health;
  health.path = "/api/health";
  CHECK(ask(*stage.daemon, stage.over_tls(health)).status == 200);
  for (const auto& each : slow) REQUIRE(each->wait_closed());
}

TEST_CASE("a reader that is quick gets a long stream at once") {
  const Stage stage;
  const Answer turn = post(*stage.daemon, agent_route(stage, "mock-n20000-r0", "/messages"), {{"message", "Hi"}});
  REQUIRE(turn.json()["status"] == "completed");
  const auto begin = SteadyClock::now();
  const auto all =
      events_of(get(*stage.daemon, "/api/v1/runs/" + turn.json()["runId"].get<std::string>() + "/events").body);
  CHECK(SteadyClock::now() - begin < 5s);
  CHECK(shape_of(all) == "meta status token+ safety_flags message_persisted done");  // a long answer is flagged
}

TEST_CASE("a client that goes away in mid-stream leaves a turn that completes") {
  Stage stage;
  std::string run;
  Ask question = streamed_turn(stage.agent("mock-hang4-n8"));
  question.on_event = [&](const Event& event) {
    if (run.empty()) run = event.data.value("run_id", "");
    return event.type() != "token";
  };
  ask(*stage.daemon, question);
  REQUIRE(stage.mock.wait_until([](const MockStats& stats) { return stats.held == 1; }, 10s));
  CHECK(stage.run_record(run)["status"] == "running");
  stage.mock.release();
  CHECK(stage.wait_for_status(run, "completed"));
  CHECK(stage.mock.aborted() == 0);
}

TEST_CASE("a client that goes away while it waits for an answer leaves a turn that completes") {
  Stage stage;
  Ask question;
  question.path = agent_route(stage, "mock-hang", "/messages");
  question.body = R"({"message":"Hi"})";
  question.timeout_ms = 300;
  CHECK(ask(*stage.daemon, question).status == 0);
  REQUIRE(stage.mock.wait_until([](const MockStats& stats) { return stats.held == 1; }, 10s));
  const std::string run = stage.runs()["runs"][0]["id"];
  stage.mock.release();
  CHECK(stage.wait_for_status(run, "completed"));
}

TEST_CASE("a client that asks on and on without reading an answer costs one bounded buffer") {
  const Daemon daemon;
  RawConnection connection(daemon.url());
  const int small = 4096;
  ::setsockopt(connection.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  std::string requests;
  for (int i = 0; i < 1'000; ++i) requests += "GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n";
  const long before_kib = daemon.resident_kib();
  std::size_t sent = 0;
  const auto until = SteadyClock::now() + 8s;
  pollfd writable{connection.fd(), POLLOUT, 0};
  while (SteadyClock::now() < until && ::poll(&writable, 1, 3'000) == 1) {  // until it takes nothing for 3 s
    const std::string rest = requests.substr(sent % requests.size());
    const ssize_t size = ::send(connection.fd(), rest.data(), rest.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size > 0) sent += static_cast<std::size_t>(size);
    if (size < 0 && errno != EAGAIN) break;
  }
  CHECK(get(daemon, "/api/health").status == 200);
  const long grown_kib = daemon.resident_kib() - before_kib;
  std::cout << "a pipeline that is never read: took " << sent << " bytes, memory grew by " << grown_kib << " KiB\n";
  CHECK(grown_kib < 4 * 1024);
}

TEST_CASE("a daemon out of file descriptors keeps what it has and takes new clients when some are free again") {
  const Daemon daemon;
  RawConnection early(daemon.url());
  early.send("GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n");
  REQUIRE(early.read_until("}").starts_with("HTTP/1.1 200 "));
  const rlimit few{64, 64};
  REQUIRE(::prlimit(daemon.pid(), RLIMIT_NOFILE, &few, nullptr) == 0);
  {
    std::vector<std::unique_ptr<RawConnection>> many;
    for (int i = 0; i < 100; ++i) many.push_back(std::make_unique<RawConnection>(daemon.url()));
    early.send("GET /api/health HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: second\r\n\r\n");
    CHECK(early.read_until("second\r\n").find("second\r\n") != std::string::npos);
    // A listener that cannot accept must not be asked again and again.
    const auto ticks = [&] {
      std::ifstream stat("/proc/" + std::to_string(daemon.pid()) + "/stat");
      std::string field;
      long sum = 0;
      for (int i = 1; i <= 15 && stat >> field; ++i) sum += i >= 14 ? std::stol(field) : 0;
      return sum;
    };
    const long before = ticks();
    CHECK_FALSE(RawConnection(daemon.url()).wait_closed(1'000));
    const long used_ms = (ticks() - before) * 1000 / ::sysconf(_SC_CLK_TCK);
    std::cout << "out of file descriptors: " << used_ms << " ms of processor time in a second\n";
    CHECK(used_ms < 300);
  }
  CHECK(get(daemon, "/api/health").status == 200);
}

TEST_CASE("a full disk: turns are refused with 503 storage_full, and everything accepted before is there afterwards") {
  TempDir data;
  MockProvider mock;
  write_openai_instance(data, "mock", mock.base_url());
  std::vector<std::pair<std::string, std::string>> texts;  // thread, answer
  const auto messages_of = [](const Daemon& daemon, const std::string& thread) {
    return get(daemon, "/api/v1/agent/threads/" + thread + "/messages").json();
  };
  {
    DaemonSettings settings;
    settings.data_dir = data.path();
    settings.arguments = {"--set", "store.max_bytes=1500000"};
    const Daemon daemon(settings);
    const std::string agent = make_agent(daemon, "mock:mock-echo-r0");
    Answer answer;
    for (int i = 0; i < 200; ++i) {
      // The turn that finds the disk full at its end waits for room.
      Ask turn;
      turn.path = "/api/v1/agent/agents/" + agent + "/messages";
      turn.body = Json({{"message", std::string(20'000, 'a') + std::to_string(i)}}).dump();
      turn.timeout_ms = 5'000;
      answer = ask(daemon, turn);
      if (answer.status != 201 || answer.json()["status"] != "completed") break;
      texts.emplace_back(answer.json()["threadId"], answer.json()["text"]);
    }
    INFO(answer.body.substr(0, 400));
    CHECK(texts.size() >= 5);
    CHECK(texts.size() < 200);
    for (int i = 0; i < 5; ++i) {
      const Answer refused =
          post(daemon, "/api/v1/agent/agents/" + agent + "/messages", {{"message", std::string(20'000, 'b')}});
      CHECK(refused.status == 503);
      CHECK(refused.json()["code"] == "storage_full");
      CHECK(refused.headers.count("retry-after") == 1);
    }
    CHECK(get(daemon, "/api/health").status == 200);
    CHECK(get(daemon, "/api/health/ready").status == 503);
    CHECK(messages_of(daemon, texts.front().first)["total"] == 2);
  }
  DaemonSettings settings;
  settings.data_dir = data.path();
  const Daemon daemon(settings);
  for (const auto& [thread, text] : texts) {
    const Json messages = messages_of(daemon, thread);
    REQUIRE(messages["total"] == 2);
    CHECK((messages["messages"][1]["content"] == text));
  }
  CHECK(post(daemon, "/api/v1/agent/agents/test-agent/messages", {{"message", "Hi"}}).status == 201);
}
