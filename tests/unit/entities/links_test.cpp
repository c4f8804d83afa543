#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

#include "base/task_set.hpp"
#include "links_stage.hpp"

namespace platos::entities {
namespace {

/// How the call has ended; nullopt: it waits.
std::optional<Reply> ended(LinksStage& f, const base::Completion<Reply>& done) {
  f.pass();
  if (!done.ready()) return std::nullopt;
  struct Ready {
    static Task<Reply> wait(base::Completion<Reply> waited) { co_return co_await waited; }
  };
  return base::run_to_end(f.loop, Ready::wait(done));
}

Reply::Kind kind_of_end(LinksStage& f, const base::Completion<Reply>& done) {
  const auto reply = ended(f, done);
  return reply ? reply->kind : Reply::Kind::Unspecified;
}

/// Notes where it ended.
struct HomeboundLink final : Link {
  HomeboundLink(base::Loop& loop, std::atomic<int>& ended, std::atomic<int>& astray)
      : loop_(loop), ended_(ended), astray_(astray) {}
  ~HomeboundLink() override {
    if (!loop_.in_thread()) ++astray_;
    ++ended_;
  }
  base::Loop& loop() override { return loop_; }
  void send(const std::string&) override {}
  void close(std::uint16_t, const std::string&) override {}
  void recheck() override {}

 private:
  base::Loop& loop_;
  std::atomic<int>& ended_;
  std::atomic<int>& astray_;
};

}  // namespace

TEST_CASE("A connection whose place is taken ends on its own loop, whichever thread took it") {
  constexpr int kTimes = 20'000;
  base::SystemClock clock;
  base::Loop loop{clock};
  std::atomic<int> ended{0};
  std::atomic<int> astray{0};
  Links links{clock};
  std::atomic<bool> is_last_attached{false};
  std::thread home([&] { loop.run_until([&] { return is_last_attached && ended >= kTimes - 1; }); });
  for (int i = 0; i < kTimes; ++i) {
    tenancy::EntityGuest guest;
    guest.entity.id = "ent_1";
    guest.scope = {"org", "prj", "env_1"};
    REQUIRE(links.attach(std::make_shared<HomeboundLink>(loop, ended, astray), std::move(guest), "one", 0));
  }
  is_last_attached = true;
  loop.post([] {});
  home.join();
  CHECK(astray == 0);
  CHECK(ended == kTimes - 1);
}

TEST_CASE("A call goes to the connection with the fewest calls of those that offer the tool") {
  LinksStage f;
  const auto one = f.connect("one");
  const auto two = f.connect("two");
  f.links.offer(*one.id, {"pay", "find"});
  f.links.offer(*two.id, {"pay"});
  REQUIRE(f.send("find").id);
  REQUIRE(f.send("pay").id);
  CHECK(one.link->frames.size() == 1);
  REQUIRE(two.link->frames.size() == 1);
  CHECK(two.link->frames[0]["tool_name"] == "pay");
  CHECK(f.send("none").id.error().code == "entity_offline");
}

TEST_CASE("A connection that has said nothing of its tools is asked when no other offers the tool") {
  LinksStage f;
  const auto silent = f.connect("silent");
  const auto other = f.connect("other");
  f.links.offer(*other.id, {"pay"});
  REQUIRE(f.send("pay").id);
  REQUIRE(f.send("find").id);
  CHECK(other.link->frames.size() == 1);
  CHECK(silent.link->frames.size() == 1);
}

TEST_CASE("Only the connection that was asked can answer, once, and not of another entity or environment") {
  LinksStage f;
  const auto asked = f.connect();
  const auto instance = f.connect("other");
  const auto foreign = f.connect("", "ent_2");
  const auto elsewhere = f.connect("", "ent_1", "env_2");
  f.links.offer(*asked.id, {"pay"});
  f.links.offer(*instance.id, {});
  const auto sent = f.send("pay");
  REQUIRE(sent.id);
  CHECK(foreign.link->frames.empty());
  CHECK(elsewhere.link->frames.empty());
  for (const auto* other : {&instance, &foreign, &elsewhere})
    CHECK_FALSE(f.links.settle(*other->id, *sent.id, {Reply::Kind::Result, "1"}));
  CHECK_FALSE(f.links.settle(*asked.id, "unknown", {Reply::Kind::Result, "1"}));
  CHECK_FALSE(ended(f, sent.done));
  CHECK(f.links.settle(*asked.id, *sent.id, {Reply::Kind::Result, "2"}));
  CHECK_FALSE(f.links.settle(*asked.id, *sent.id, {Reply::Kind::Result, "3"}));
  const auto reply = ended(f, sent.done);
  REQUIRE(reply);
  CHECK(reply->kind == Reply::Kind::Result);
  CHECK(reply->text == "2");
}

TEST_CASE("An answer that is late finds nobody") {
  LinksStage f;
  const auto link = f.connect();
  f.links.offer(*link.id, {"pay"});
  const auto sent = f.send("pay");
  f.links.forget(*sent.id);
  CHECK_FALSE(f.links.settle(*link.id, *sent.id, {Reply::Kind::Result, "1"}));
  CHECK(f.links.pending_of(*link.id) == 0);
}

TEST_CASE("A connection that goes, or loses its place, ends its calls at once") {
  LinksStage f;
  const auto first = f.connect();
  f.links.offer(*first.id, {"pay"});
  const auto one = f.send("pay");
  const auto second = f.connect();
  f.pass();
  CHECK(first.link->closed == 1000);
  CHECK(kind_of_end(f, one.done) == Reply::Kind::Dropped);
  CHECK_FALSE(f.links.offer(*first.id, {"forged"}));
  f.links.offer(*second.id, {"pay"});
  const auto two = f.send("pay");
  f.links.detach(*second.id);
  CHECK(kind_of_end(f, two.done) == Reply::Kind::Dropped);
  CHECK(f.send("pay").id.error().code == "entity_offline");
}

TEST_CASE("An entity has so many connections, and one that is refused leaves nothing behind") {
  LinksStage f;
  for (std::size_t i = 0; i < Links::kMaxInstances; ++i) REQUIRE(f.connect("i" + std::to_string(i)).id);
  CHECK(f.connect("one more").id.error().code == "too_many_connections");
  CHECK(f.links.views("ent_1", "env_1").size() == Links::kMaxInstances);
  CHECK(f.connect("i3").id);
  CHECK(f.connect("one more", "ent_2").id);
  CHECK(f.connect("one more", "ent_1", "env_2").id);
}

TEST_CASE("A connection has so many calls that wait, and no more") {
  LinksStage f;
  const auto link = f.connect();
  f.links.offer(*link.id, {"pay"});
  for (std::size_t i = 0; i < Links::kMaxPending; ++i) REQUIRE(f.send("pay").id);
  CHECK(f.send("pay").id.error().code == "entity_busy");
}

TEST_CASE("What other connections offer is known; those of other entities do not count") {
  LinksStage f;
  const auto one = f.connect("one");
  const auto two = f.connect("two");
  f.links.offer(*f.connect("", "ent_2").id, {"foreign"});
  f.links.offer(*one.id, {"pay"});
  f.links.offer(*two.id, {"find"});
  CHECK(f.links.offered_beside(*two.id, "ent_1", "env_1") == std::vector<std::string>{"pay"});
  f.links.detach(*one.id);
  CHECK(f.links.offered_beside(*two.id, "ent_1", "env_1").empty());
}

TEST_CASE("All connections of an entity look at their secret, and no others") {
  LinksStage f;
  const auto one = f.connect("one");
  const auto two = f.connect("", "ent_1", "env_2");
  const auto other = f.connect("", "ent_10");
  f.links.recheck("ent_1");
  f.pass();
  CHECK(one.link->rechecks == 1);
  CHECK(two.link->rechecks == 1);
  CHECK(other.link->rechecks == 0);
}

TEST_CASE("Three hundred connections of one instance leave one") {
  LinksStage f;
  std::vector<LinksStage::Connection> all;
  for (int i = 0; i < 300; ++i) all.push_back(f.connect());
  f.pass();
  for (std::size_t i = 0; i + 1 < all.size(); ++i) CHECK(all[i].link->closed == 1000);
  CHECK(all.back().link->closed == 0);
  CHECK(f.links.views("ent_1", "env_1").size() == 1);
  f.links.offer(*all.back().id, {"pay"});
  CHECK(f.send("pay").id);
  CHECK(all.back().link->frames.size() == 1);
}

}  // namespace platos::entities
