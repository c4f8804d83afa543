#include "agent/search.hpp"

#include <fstream>
#include <sstream>

#include "search_fixture.hpp"

namespace platos::agent {
namespace {

using Archived = store::ThreadFilter::Archived;

std::string file_text(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("Messages are found by whole words in any case, and by all of them") {
  SearchFixture f;
  f.say(f.alice, "m1", "The quick brown fox");
  f.say(f.alice, "m2", "A lazy DOG, über alles; 東京タワー");
  f.say(f.alice, "m3", "the dog and the fox");
  CHECK(f.found(f.alice, "fox").empty());
  f.index();
  CHECK(f.found(f.alice, "QUICK") == "m1");
  CHECK(f.found(f.alice, "fox dog") == "m3");
  CHECK(f.found(f.alice, "dog quick").empty());
  CHECK(f.found(f.alice, "do").empty());
  CHECK(f.found(f.alice, "UBER lazy") == "m2");
  CHECK(f.found(f.alice, "京東") == "m2");
  CHECK(f.found(f.alice, "\"dog\" fo*").empty());
  CHECK(f.found(f.alice, "\"dog\" fox*") == "m3");
}

TEST_CASE("Nobody finds what another user, environment or agent has") {
  SearchFixture f;
  f.say(f.alice, "m1", "alpaca");
  f.say(f.bob, "m2", "alpaca");
  f.say(f.other, "m3", "alpaca");
  f.add_thread(f.alice, "thr_more", "agt_2");
  auto elsewhere = f.message(f.alice, "m4", "alpaca too");
  elsewhere.thread_id = "thr_more";
  f.add(f.alice, elsewhere);
  f.index();
  CHECK(f.found(f.alice, "alpaca") == "m1 m4");
  CHECK(f.found(f.bob, "alpaca") == "m2");
  CHECK(f.found(f.other, "alpaca") == "m3");
  auto bound = f.alice;
  bound.agent_id = "agt_2";
  CHECK(f.found(bound, "alpaca") == "m4");
  bound.agent_id = "agt_3";
  CHECK(f.found(bound, "alpaca").empty());
  SearchQuery query;
  query.text = "alpaca";
  query.agent_id = "agt_1";
  CHECK(f.page(f.alice, query).total == 1);
  bound.agent_id = "agt_2";
  CHECK(f.page(bound, query).results.front().message_id == "m4");
}

TEST_CASE("A result says where it stands, and each thread is told once") {
  SearchFixture f;
  f.say(f.alice, "m1", "one word");
  f.say(f.alice, "m2", std::string(300, '.') + " another\nword of many " + std::string(300, '.'));
  f.index();
  SearchQuery query;
  query.text = "word";
  const SearchPage page = f.page(f.alice, query);
  REQUIRE(page.results.size() == 2);
  CHECK(page.total == 2);
  REQUIRE(page.threads.size() == 1);
  CHECK(page.threads.front().title == "Title of " + f.thread_of(f.alice));
  CHECK(page.results[0].message_id == "m1");
  CHECK(page.results[0].role == "user");
  CHECK(page.results[0].created_us == 1001);
  CHECK(page.results[0].score > page.results[1].score);
  CHECK(page.results[1].snippet.find("another word of many") != std::string::npos);
  CHECK(page.results[1].snippet.size() <= 200);
  query.limit = 1;
  CHECK(f.page(f.alice, query).results.size() == 1);
  CHECK(f.page(f.alice, query).total == 2);
}

TEST_CASE("Short texts with many of the words come first, and the newer of equals") {
  SearchFixture f;
  f.say(f.alice, "long", "tea with a great many other words around it, and none of them is about what to drink");
  f.say(f.alice, "often", "tea tea tea");
  f.say(f.alice, "older", "tea cup");
  f.say(f.alice, "newer", "tea pot");
  f.index();
  CHECK(f.found(f.alice, "tea") == "often newer older long");
  for (int i = 0; i < 20; ++i) f.say(f.bob, "b" + std::to_string(i), "the the of " + std::to_string(i));
  f.say(f.bob, "common", "the the the zebra");
  f.say(f.bob, "rare", "the zebra zebra zebra");
  f.index();
  CHECK(f.found(f.bob, "the zebra") == "rare common");
}

TEST_CASE("Archived threads are found when they are asked for") {
  SearchFixture f;
  f.say(f.alice, "m1", "walnut");
  f.index();
  REQUIRE(f.talk([&](store::Conversations& talk) {
    auto thread = *talk.find_thread(f.alice.scope, "alice", f.thread_of(f.alice));
    thread.archived_us = 5;
    talk.update_thread(f.alice.scope, thread);
  }));
  const auto count = [&](Archived archived) {
    SearchQuery query;
    query.text = "walnut";
    query.archived = archived;
    return f.page(f.alice, query).total;
  };
  CHECK(count(Archived::Hidden) == 0);
  CHECK(count(Archived::Included) == 1);
  CHECK(count(Archived::Only) == 1);
}

TEST_CASE("Texts that are no words, or look like those of a query language, find nothing or what they say") {
  SearchFixture f;
  f.say(f.alice, "m1", "or and not near select drop table messages x1 agent agt_1");
  f.index();
  for (const std::string text : {"...", "\xF0\x9F\x8E\x89", "*", "\"", "\"\"", "()", "' -- ;", "\x01", "&|!"}) {
    CAPTURE(text);
    CHECK(f.found(f.alice, text).empty());
  }
  CHECK(f.found(f.alice, std::string("\0", 1)).empty());
  CHECK(f.found(f.alice, "\xFF\xFE\xC3").empty());
  CHECK(f.found(f.alice, "OR") == "m1");
  CHECK(f.found(f.alice, "AND OR NOT NEAR") == "m1");
  CHECK(f.found(f.alice, "'; DROP TABLE messages; --") == "m1");
  CHECK(f.found(f.alice, "x1:*").empty() == false);
  CHECK(f.found(f.alice, "messages:NEAR(x1 drop) ^ {select}") == "m1");
  CHECK(f.found(f.alice, "NEAR(missing)").empty());
  CHECK(f.found(f.alice, "agent:agt_1") == "m1");
  std::string many;
  for (char c = 'a'; c <= 'z'; ++c) many += std::string(1, c) + " ";
  CHECK(f.found(f.alice, many).empty());
  CHECK(f.found(f.alice, "x1" + std::string(300, '!') + "near") == "m1");
  for (const std::string& bad : {std::string(), std::string("  \n"), std::string(513, 'x')}) {
    SearchQuery query;
    query.text = bad;
    const auto refused = base::run_to_end(f.loop, f.search->find(f.loop, f.alice, query));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "invalid_field");
  }
}

TEST_CASE("More words than the index is asked for must occur all the same") {
  SearchFixture f;
  std::string words;
  for (int i = 0; i < 30; ++i) words += "w" + std::to_string(i) + " ";
  f.say(f.alice, "all", words);
  f.say(f.alice, "most", words.substr(0, words.find("w29")));
  f.index();
  CHECK(f.found(f.alice, words) == "all");
}

TEST_CASE("Of a common word the newest thousand are weighed; rare words are found on any shelf") {
  SearchFixture f;
  REQUIRE(f.write([&](store::Session& session) -> Result<void> {
    store::Conversations talk(session);
    for (int i = 0; i < 4300; ++i) {
      std::string text = "common w" + std::to_string(i);
      if (i % 1000 == 7) text += " seldom";
      talk.insert_message(f.alice.scope, f.message(f.alice, "m" + std::to_string(i), text));
    }
    return {};
  }));
  f.index();
  CHECK(f.found(f.alice, "seldom") == "m4007 m3007 m2007 m1007 m7");
  CHECK(f.found(f.alice, "w4 common") == "m4");
  CHECK(f.found(f.alice, "w4299 common") == "m4299");
  SearchQuery query;
  query.text = "common";
  query.limit = 3;
  const SearchPage page = f.page(f.alice, query);
  CHECK(page.total == 1000);
  REQUIRE(page.results.size() == 3);
  CHECK(page.results.front().message_id == "m4299");
}

TEST_CASE("The index tells no words, and those of two users are not the same", "[sqlite]") {
  SearchFixture f;
  f.say(f.alice, "m1", "zanzibar");
  f.say(f.bob, "m2", "zanzibar");
  f.index();
  CHECK(f.found(f.bob, "zanzibar") == "m2");
  REQUIRE(f.run("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, search_words, row)"));
  CHECK(f.write([](store::Session& session) -> Result<std::int64_t> {
    std::int64_t terms = 0;
    session.query(model::SystemScopeForTest::make(), "SELECT COUNT(*) FROM temp.terms WHERE doc = 1", {},
                  [&](const store::Row& row) {
                    terms = row.integer(0);
                    return false;
                  });
    return terms;
  }) == 4);
  for (const char* file : {"/platos.db", "/platos.db-wal"})
    CHECK(file_text(f.folder.path() + file).find("zanzibar") == std::string::npos);
}

}  // namespace platos::agent
