// A master key that is replaced, and texts that are sealed for the first time, by a daemon that is killed again and
// again.
#include <catch2/catch.hpp>
#include <csignal>

#include "chaos/stored.hpp"
#include "support/http.hpp"
#include "support/temp_dir.hpp"

using namespace platos::tests;
using chaos::count_plain_titles;

namespace {

constexpr int kOrganizations = 10;
constexpr int kPlainThreads = 1'700;  // nine batches

DaemonSettings on(const TempDir& data, const std::string& failpoint = {}) {
  DaemonSettings settings;
  settings.data_dir = data.path();
  if (!failpoint.empty()) settings.environment = {{"PLATOS_FAILPOINT", failpoint}};
  return settings;
}

Answer ask_in(const Daemon& daemon, const std::string& environment, const std::string& method, const Json& body) {
  Ask question;
  question.method = method;
  question.path = "/api/v1/agent/end-users/u";
  question.headers = {"X-Platos-Environment-Id: " + environment};
  if (!body.is_null()) question.body = body.dump();
  return ask(daemon, question);
}

/// An environment of an organization of its own, with a sealed text in it.
std::string make_tenant(const Daemon& daemon, const std::string& name) {
  const std::string organization = post(daemon, "/api/v1/organizations", {{"name", name}}).json()["id"];
  const Json project = post(daemon, "/api/v1/organizations/" + organization + "/projects", {{"name", "P"}}).json();
  const Json environment = post(daemon, "/api/v1/projects/" + project["id"].get<std::string>() + "/environments",
                                {{"name", "E"}, {"type", "DEVELOPMENT"}})
                               .json();
  REQUIRE(ask_in(daemon, environment["id"], "PUT", {{"name", "text of " + name}}).status / 100 == 2);
  return environment["id"];
}

}  // namespace

TEST_CASE("a rotation that is killed at any key goes on with the next start, and every text stays readable") {
  const TempDir data;
  std::map<std::string, std::string> texts;
  {
    const Daemon daemon(on(data));
    for (int i = 0; i < kOrganizations; ++i) {
      const std::string name = "Org " + std::to_string(i);
      texts[make_tenant(daemon, name)] = "text of " + name;
    }
  }
  std::vector<std::string> points = {"rotate.key_made", "rotate.keys_wrapped"};
  for (int hit = 1; hit <= kOrganizations + 1; ++hit) points.push_back("rotate.key_wrapped:" + std::to_string(hit));
  std::string former;
  for (const auto& point : points) {
    CAPTURE(point);
    {
      Daemon doomed(on(data, point));
      post(doomed, "/api/v1/secrets/rotate-master", Json::object());
      REQUIRE(doomed.wait() == 128 + SIGKILL);
    }
    const Daemon daemon(on(data));
    for (const auto& [environment, text] : texts)
      CHECK(ask_in(daemon, environment, "GET", Json()).json()["profile"]["name"] == text);
    const Json status = get(daemon, "/api/v1/agent/secrets/status").json();
    CHECK(status["masterKeyId"] != former);
    former = status["masterKeyId"];
  }
}

TEST_CASE("the sealing of old rows that is killed at any batch goes on with the next start, and loses no text") {
  const TempDir data;
  std::string thread;
  {
    const Daemon daemon(on(data));
    thread = make_thread(daemon, make_agent(daemon, "offline:echo"));
  }
  const std::string file = data.path() + "/platos.db";
  chaos::plant_plain_threads(file, thread, kPlainThreads);
  REQUIRE(count_plain_titles(file) == kPlainThreads);
  int left = kPlainThreads;
  for (int kills = 0; left > 0; ++kills) {
    REQUIRE(kills < 20);
    auto settings = on(data, "seal.in_batch:2");  // one batch is committed, the next one is not
    settings.expect_ready = false;
    Daemon doomed(settings);
    if (left > 200) REQUIRE(doomed.wait() == 128 + SIGKILL);
    doomed.kill_hard();
    const int now = count_plain_titles(file);
    CHECK(now <= left);
    if (left > 200) CHECK(now == left - 200);
    if (left <= 200) break;
    left = now;
  }
  auto settings = on(data, "seal.before_done");
  settings.expect_ready = false;
  CHECK(Daemon(settings).wait() == 128 + SIGKILL);
  const Daemon daemon(on(data));
  CHECK(count_plain_titles(file) == 0);
  for (const int i : {1, 200, 201, 999, kPlainThreads}) {
    CHECK(get(daemon, "/api/v1/agent/threads/thr_old" + std::to_string(i)).json()["title"] ==
          "title " + std::to_string(i));
  }
}
