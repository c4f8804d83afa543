// The load generator against a real daemon and the mock vendor, so that benchmarks do not rot.
#include <catch2/catch.hpp>

#include "load/generator.hpp"
#include "support/stage.hpp"

using namespace platos::bench;

namespace {

struct LoadStage : platos::tests::Stage {
  Options platos(const std::string& model) const {
    Options options = bounded();
    options.wire = Wire::Platos;
    options.port = static_cast<std::uint16_t>(std::stoi(daemon->url().substr(daemon->url().rfind(':') + 1)));
    options.agent = agent(model);
    options.key = daemon->key();
    options.pids = {daemon->pid()};
    return options;
  }
  Options direct(const std::string& model) const {
    Options options = bounded();
    options.wire = Wire::Vendor;
    options.port = mock.port();
    options.model = model;
    return options;
  }
  static Options bounded() {
    Options options;
    options.clients = 5;
    options.turns = 50;
    options.seconds = 60;
    return options;
  }
};

Measurements run(const Options& options) { return Generator(options).run(); }

}  // namespace

TEST_CASE("50 turns through platosd are good, measured, and four to a thread") {
  const LoadStage stage;
  const Measurements seen = run(stage.platos("mock-r0-n16"));
  CHECK(seen.errors.empty());
  CHECK(seen.turns == 50);
  CHECK(seen.turn_us.size() == 50);
  CHECK(seen.ttft_us.size() == 50);
  CHECK(seen.late_us.size() == 50 * 16);
  CHECK(seen.before.resident_kib > 1'000);
  CHECK(seen.peak_resident_kib >= seen.before.resident_kib);
  CHECK(stage.mock.total() == 50);
  // 50 turns of 5 clients, 4 to a thread: at least 13 threads, and far fewer than turns.
  const auto threads = platos::tests::get(*stage.daemon, "/api/v1/agent/threads?limit=100").json();
  const std::size_t count = threads.at("threads").size();
  CHECK(count >= 13);
  CHECK(count <= 17);
}

TEST_CASE("50 turns straight to the mock vendor are good") {
  const LoadStage stage;
  const Measurements seen = run(stage.direct("mock-r0-n16"));
  CHECK(seen.errors.empty());
  CHECK(seen.turns == 50);
  CHECK(seen.late_us.size() == 50 * 16);
}

TEST_CASE("streams that are held are open at the same time, one a client") {
  const LoadStage stage;
  Options options = stage.platos("mock-r20-n8");
  options.hold = true;
  options.turns = 0;
  options.clients = 20;
  options.tokens = 8;
  const Measurements seen = run(options);
  CHECK(seen.errors.empty());
  CHECK(seen.turns == 20);
  CHECK(seen.max_streaming == 20);
}

TEST_CASE("what goes wrong is counted by kind and is no turn") {
  const LoadStage stage;
  Options options = stage.platos("mock-r0-n4");
  options.turns = 10;
  const Measurements short_answers = run(options);
  CHECK(short_answers.turns == 0);
  CHECK(short_answers.errors == std::map<std::string, std::int64_t>{{"tokens_4", 10}});

  options.key = "wrong";
  CHECK(run(options).errors == std::map<std::string, std::int64_t>{{"http_401", 10}});

  options = stage.platos("mock-s400");
  options.turns = 10;
  const Measurements refused = run(options);
  CHECK(refused.turns == 0);
  REQUIRE(refused.errors.size() == 1);
  CHECK(refused.errors.begin()->first.substr(0, 6) == "event_");

  options = stage.direct("mock-never-r20");
  options.seconds = 30;
  options.turns = 5;
  options.turn_timeout_ms = 300;
  CHECK(run(options).errors == std::map<std::string, std::int64_t>{{"timeout", 5}});
}

TEST_CASE("the load generator refuses another machine and senseless flags, and names the flag") {
  const std::vector<std::string> good = {"direct", "--url", "http://127.0.0.1:9", "--model", "mock"};
  CHECK_NOTHROW(parse_options(good));
  const auto with = [&](const std::vector<std::string>& more) {
    auto all = good;
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  CHECK_THROWS_WITH(parse_options(with({"--url", "http://192.0.2.1:80"})), Catch::Contains("--url"));
  CHECK_THROWS_WITH(parse_options(with({"--url", "http://127.0.0.1.example.com:80"})), Catch::Contains("--url"));
  CHECK_THROWS_WITH(parse_options(with({"--seconds", "100000"})), Catch::Contains("--seconds"));
  CHECK_THROWS_WITH(parse_options(with({"--clients"})), Catch::Contains("--clients"));
  CHECK_THROWS_WITH(parse_options(with({"--fast", "1"})), Catch::Contains("--fast"));
  CHECK_THROWS_WITH(parse_options({"platos", "--url", "http://127.0.0.1:9"}), Catch::Contains("--agent"));
}
