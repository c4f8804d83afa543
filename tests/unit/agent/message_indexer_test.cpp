#include "agent/message_indexer.hpp"

#include "search_fixture.hpp"
#include "store/message_index.hpp"

namespace platos::agent {
namespace {

using Outcome = MessageIndexer::Outcome;

std::int64_t documents(SearchFixture& f) { return *f.number("SELECT COUNT(*) FROM search_documents"); }

}  // namespace

TEST_CASE("A message is found when its turn has ended, as the governors left it, unless it was blocked") {
  SearchFixture f;
  for (const char* id : {"m1", "m2"}) {
    auto pending = f.message(f.alice, id, "my number is 4711");
    pending.state = "pending";
    f.add(f.alice, pending);
  }
  f.index();
  CHECK(f.found(f.alice, "number").empty());
  CHECK(f.number("SELECT COUNT(*) FROM search_awaited") == 2);
  REQUIRE(f.talk([&](store::Conversations& talk) {
    talk.activate_message(f.alice.scope, "m1", "my number is redacted");
    talk.set_message_state(f.alice.scope, "m2", "blocked");
  }));
  f.index();
  CHECK(f.found(f.alice, "number") == "m1");
  CHECK(f.found(f.alice, "redacted") == "m1");
  CHECK(f.found(f.alice, "4711").empty());
  CHECK(f.number("SELECT COUNT(*) FROM search_awaited") == 0);
  CHECK(documents(f) == 1);
}

TEST_CASE("What is edited out is not found any more, its revision and the replies to it are") {
  SearchFixture f;
  f.say(f.alice, "m1", "walrus question");
  f.say(f.alice, "m2", "walrus answer");
  auto reply = f.message(f.alice, "m3", "walrus reply");
  reply.reply_to_id = "m2";
  f.add(f.alice, reply);
  f.index();
  CHECK(f.found(f.alice, "walrus") == "m3 m2 m1");
  REQUIRE(f.talk([&](store::Conversations& talk) {
    talk.edit_out(f.alice.scope, f.thread_of(f.alice), {1001, "m1"});
    talk.insert_message(f.alice.scope, f.message(f.alice, "m4", "walrus, revised"));
  }));
  CHECK(f.found(f.alice, "walrus") == "m3");
  f.index();
  CHECK(f.found(f.alice, "walrus") == "m4 m3");
}

TEST_CASE("A question that is asked again is found as it is then") {
  SearchFixture f;
  f.say(f.alice, "m1", "otter and secret");
  f.index();
  REQUIRE(f.talk([&](store::Conversations& talk) { CHECK(talk.begin_again(f.alice.scope, "m1", "run_2")); }));
  CHECK(f.found(f.alice, "otter").empty());
  f.index();
  CHECK(f.found(f.alice, "otter").empty());
  REQUIRE(f.talk([&](store::Conversations& talk) { talk.activate_message(f.alice.scope, "m1", "otter and mask"); }));
  f.index();
  CHECK(f.found(f.alice, "otter mask") == "m1");
  CHECK(f.found(f.alice, "secret").empty());
  CHECK(documents(f) == 1);
}

TEST_CASE("Copies with the times of their originals are found") {
  SearchFixture f;
  f.say(f.alice, "m1", "heron");
  f.index();
  auto copy = f.message(f.alice, "m2", "heron");
  copy.created_us = 3;
  f.add(f.alice, copy);
  f.index();
  CHECK(f.found(f.alice, "heron") == "m2 m1");
}

TEST_CASE("After a crash the index goes on where it was, and enters nothing twice") {
  SearchFixture f;
  f.say(f.alice, "m1", "lynx");
  f.index();
  f.say(f.alice, "m2", "lynx");
  f.indexer = f.make_indexer("host_1");
  f.index();
  CHECK(f.found(f.alice, "lynx") == "m2 m1");
  // Places were given anew: everything is looked at once more.
  REQUIRE(f.run("UPDATE search_progress SET seen_id = 'another'"));
  f.say(f.alice, "m3", "lynx");
  f.index();
  CHECK(f.found(f.alice, "lynx") == "m3 m2 m1");
  CHECK(documents(f) == 3);
}

TEST_CASE("A text that does not open is passed over, and one without words too") {
  SearchFixture f;
  f.say(f.alice, "m1", "broken ibex");
  f.say(f.alice, "m2", " ... ");
  REQUIRE(f.run("UPDATE messages SET content = " + store::blob_literal("02aabb") + " WHERE id = 'm1'"));
  f.say(f.alice, "m3", "good ibex");
  f.index();
  CHECK(f.found(f.alice, "ibex") == "m3");
  CHECK(documents(f) == 1);
}

TEST_CASE("One host does it at a time; another takes over when it is gone, and a race has one winner") {
  SearchFixture f;
  const auto second = f.make_indexer("host_2");
  f.say(f.alice, "m1", "bison");
  f.index();
  f.say(f.alice, "m2", "bison");
  CHECK(f.index(*second) == Outcome::Elsewhere);
  CHECK(f.found(f.alice, "bison") == "m1");
  // A lease that ends later than any could was written by a clock that was wrong.
  REQUIRE(f.run("UPDATE search_progress SET lease_until_us = lease_until_us + 3600000000"));
  CHECK(f.index(*second) == Outcome::Done);
  CHECK(f.found(f.alice, "bison") == "m2 m1");
  CHECK(f.index(*f.indexer) == Outcome::Elsewhere);
  const auto advanced = f.write([](store::Session& session) -> Result<int> {
    store::MessageIndex index(session);
    const auto system = model::SystemScopeForTest::make();
    const auto progress = index.progress(system);
    return (index.advance(system, progress, false) ? 1 : 0) + (index.advance(system, progress, false) ? 2 : 0);
  });
  CHECK(advanced == 1);
}

TEST_CASE("Large messages and many of them are entered in several commits") {
  SearchFixture f;
  std::string large = "start";
  for (int i = 0; i < 60'000; ++i) large += " word" + std::to_string(i % 5000);
  for (int i = 0; i < 5; ++i) f.say(f.alice, "large" + std::to_string(i), large);
  for (int i = 0; i < 100; ++i) f.say(f.bob, "m" + std::to_string(i), "crow number" + std::to_string(i));
  const auto before = f.database->commits();
  f.index();
  CHECK(f.database->commits() - before >= 6);
  CHECK(f.found(f.alice, "start word4000").size() == 5 * 7 - 1);
  CHECK(f.found(f.bob, "crow number77") == "m77");
}

TEST_CASE("A message whose transaction ends after those of later ones is found", "[postgres]") {
  SearchFixture f(tests::PostgresServer::shared().database("late"));
  store::PostgresOptions options;
  options.url = f.options.url;
  options.writer = true;
  store::PostgresSession slow(options);
  slow.use_keys(f.ring);
  slow.begin_write();
  store::Conversations(slow).insert_message(f.alice.scope, f.message(f.alice, "slow", "gecko"));
  slow.settle();
  f.say(f.alice, "fast", "gecko");
  f.index();
  f.index();
  CHECK(f.found(f.alice, "gecko") == "fast");
  CHECK(f.number("SELECT seen FROM search_progress") == 0);
  slow.commit();
  f.index();
  CHECK(f.found(f.alice, "gecko") == "slow fast");
  CHECK(f.number("SELECT seen FROM search_progress") == 2);
  CHECK(f.number("SELECT fence FROM search_progress") == 0);
}

}  // namespace platos::agent
