// What people do with threads: tags, pins, forks, edits, replies, ratings.
#include <catch2/catch.hpp>

#include "store/conversations.hpp"
#include "store/ratings.hpp"
#include "store_fixture.hpp"

namespace platos::store {
namespace {

struct LineFixture : SessionFixture {
  Conversations talk{session};
  LineFixture() {
    insert_thread(own, "thr_1");
    // A question, its answer, a reply to that, and another question with its answer.
    say("m1", "user", 1);
    say("m2", "assistant", 2);
    say("m3", "user", 3, "m2");
    say("m4", "user", 4);
    say("m5", "assistant", 4);
  }
  void say(const std::string& id, const std::string& role, std::int64_t at, const std::string& reply_to = {},
           const std::string& state = "active") {
    model::Message message;
    message.id = id;
    message.thread_id = "thr_1";
    message.run_id = "run_of_" + id;
    message.role = role;
    message.state = state;
    message.content = "content of " + id;
    message.created_us = at;
    message.reply_to_id = reply_to;
    talk.insert_message(own, message);
  }
  /// "<id>:<state> ..." of the main line.
  std::string line() {
    std::string joined;
    for (const auto& message : talk.messages(own, "thr_1", 100, 0)) joined += message.id + ":" + message.state + " ";
    return joined;
  }
};

std::string names(const std::vector<model::Message>& messages) {
  std::string joined;
  for (const auto& message : messages) joined += message.id + " ";
  return joined;
}

std::string listed(Conversations& talk, const model::Scope& scope, const ThreadFilter& filter) {
  std::string joined;
  for (const auto& thread : talk.list_threads(scope, filter)) joined += thread.id + " ";
  return joined + std::to_string(talk.count_threads(scope, filter));
}

ThreadFilter of_user() {
  ThreadFilter filter;
  filter.user_id = "usr";
  return filter;
}

}  // namespace

TEST_CASE("Tags are replaced as a whole, and find their threads in their own environment") {
  SessionFixture f;
  Conversations talk(f.session);
  for (const char* id : {"thr_1", "thr_2"}) f.insert_thread(f.own, id);
  talk.set_tags(f.own, "thr_1", {"work", "two words"});
  talk.set_tags(f.own, "thr_2", {"work"});
  CHECK(talk.find_thread(f.own, "usr", "thr_1")->tags == std::vector<std::string>{"work", "two words"});
  ThreadFilter filter = of_user();
  filter.tag = "two words";
  CHECK(listed(talk, f.own, filter) == "thr_1 1");
  CHECK(listed(talk, f.other, filter) == "0");
  filter.tag = "two";
  CHECK(listed(talk, f.own, filter) == "0");
  talk.set_tags(f.own, "thr_1", {});
  CHECK(talk.find_thread(f.own, "usr", "thr_1")->tags.empty());
  filter.tag = "work";
  CHECK(listed(talk, f.own, filter) == "thr_2 1");
}

TEST_CASE("Pinned threads come first, the one pinned last at the front; state, user and limit hold together") {
  SessionFixture f;
  Conversations talk(f.session);
  for (const char* id : {"thr_1", "thr_2", "thr_3"}) f.insert_thread(f.own, id);
  const auto pin = [&](const std::string& id, std::int64_t at) {
    auto thread = *talk.find_thread(f.own, "usr", id);
    thread.pinned_us = at;
    talk.update_thread(f.own, thread);
  };
  pin("thr_1", 5);
  pin("thr_2", 6);
  talk.touch(f.own, "thr_3", 99);
  CHECK(talk.find_thread(f.own, "usr", "thr_3")->updated_us == 99);
  CHECK(talk.find_thread(f.own, "usr", "thr_3")->revision == 1);
  CHECK(listed(talk, f.own, of_user()) == "thr_2 thr_1 thr_3 3");
  ThreadFilter filter = of_user();
  filter.pinned_only = true;
  CHECK(listed(talk, f.own, filter) == "thr_2 thr_1 2");
  filter.limit = 1;
  filter.offset = 1;
  CHECK(listed(talk, f.own, filter) == "thr_1 2");
  pin("thr_2", 0);
  CHECK(listed(talk, f.own, of_user()) == "thr_1 thr_3 thr_2 3");
  filter = of_user();
  filter.state = "archived";
  CHECK(listed(talk, f.own, filter) == "0");
  filter.state = "active";
  CHECK(listed(talk, f.own, filter) == "thr_1 thr_3 thr_2 3");
  filter.user_id = "somebody else";
  CHECK(listed(talk, f.own, filter) == "0");
  filter.all_users = true;
  CHECK(listed(talk, f.own, filter) == "thr_1 thr_3 thr_2 3");
}

TEST_CASE("Forks are known by their parent; archived ones count no more") {
  SessionFixture f;
  Conversations talk(f.session);
  f.insert_thread(f.own, "thr_1");
  model::Thread fork;
  fork.agent_id = "agt";
  fork.user_id = "usr";
  fork.parent_id = "thr_1";
  fork.forked_from_id = "m1";
  for (const char* id : {"thr_2", "thr_3"}) {
    fork.id = id;
    talk.insert_thread(f.own, fork);
  }
  CHECK(talk.count_forks(f.own, "thr_1") == 2);
  auto archived = *talk.find_thread(f.own, "usr", "thr_3");
  CHECK(archived.parent_id == "thr_1");
  CHECK(archived.forked_from_id == "m1");
  archived.archived_us = 1;
  talk.update_thread(f.own, archived);
  CHECK(talk.count_forks(f.own, "thr_1") == 1);
  CHECK(talk.count_forks(f.other, "thr_1") == 0);
  CHECK(talk.forks(f.own, "usr", "thr_1").size() == 2);
  CHECK(talk.forks(f.own, "another", "thr_1").empty());
  CHECK(talk.forks(f.own, "usr", "thr_2").empty());
}

TEST_CASE("The main line ends with a place, whatever shares its time, and holds no replies") {
  LineFixture f;
  CHECK(names(f.talk.main_line(f.own, "thr_1", {4, "m4"})) == "m1 m2 m4 ");
  CHECK(names(f.talk.main_line(f.own, "thr_1", {4, "m5"})) == "m1 m2 m4 m5 ");
  CHECK(f.talk.main_line(f.other, "thr_1", {4, "m5"}).empty());
  CHECK(f.talk.count_after(f.own, "thr_1", {4, "m4"}) == 1);
  CHECK(f.talk.count_after(f.own, "thr_1", {4, "m5"}) == 0);
}

TEST_CASE("What is edited out is that place and what follows, but no reply and nothing of others") {
  LineFixture f;
  f.talk.edit_out(f.other, "thr_1", {1, "m1"});
  f.talk.edit_out(f.own, "thr_1", {4, "m5"});
  CHECK(f.line() == "m1:active m2:active m4:active m5:edited_out ");
  f.talk.edit_out(f.own, "thr_1", {2, "m2"});
  CHECK(f.line() == "m1:active m2:edited_out m4:edited_out m5:edited_out ");
  CHECK(f.talk.replies(f.own, "m2", 10).front().state == "active");
  CHECK(names(f.talk.history(f.own, "thr_1", "", 10)) == "m1 ");
}

TEST_CASE("A message is begun again once, by one run") {
  LineFixture f;
  CHECK_FALSE(f.talk.begin_again(f.other, "m4", "run_new"));
  CHECK(f.talk.begin_again(f.own, "m4", "run_new"));
  CHECK_FALSE(f.talk.begin_again(f.own, "m4", "run_late"));
  const auto message = f.talk.find_message(f.own, "thr_1", "m4");
  CHECK(message->state == "pending");
  CHECK(message->run_id == "run_new");
  CHECK_FALSE(f.talk.find_message(f.own, "thr_2", "m4"));
}

TEST_CASE("Replies stand under their message only, and are counted up and down") {
  LineFixture f;
  f.say("m6", "assistant", 6, "m2");
  f.say("m7", "user", 7, "m2", "blocked");
  CHECK(names(f.talk.replies(f.own, "m2", 10)) == "m3 m6 ");
  CHECK(names(f.talk.replies(f.own, "m2", 1)) == "m6 ");
  CHECK(f.talk.replies(f.own, "m1", 10).empty());
  CHECK(f.talk.replies(f.other, "m2", 10).empty());
  CHECK(f.talk.count_messages(f.own, "thr_1") == 4);
  f.talk.count_reply(f.own, "m2");
  f.talk.count_reply(f.own, "m2");
  f.talk.count_reply(f.own, "m2", -1);
  f.talk.count_reply(f.other, "m2");
  CHECK(f.talk.find_message(f.own, "thr_1", "m2")->reply_count == 1);
}

TEST_CASE("A revision remembers what it replaces") {
  LineFixture f;
  model::Message revision = *f.talk.find_message(f.own, "thr_1", "m1");
  CHECK(revision.revision == 1);
  revision.id = "m8";
  revision.edit_parent_id = "m1";
  revision.revision = 2;
  f.talk.insert_message(f.own, revision);
  const auto back = f.talk.find_message(f.own, "thr_1", "m8");
  CHECK(back->edit_parent_id == "m1");
  CHECK(back->revision == 2);
  CHECK(back->content == "content of m1");
}

TEST_CASE("A user has one rating of a message, and all ratings are counted") {
  LineFixture f;
  Ratings ratings(f.session);
  CHECK(ratings.is_own_message(f.own, "usr", "m1", ""));
  CHECK(ratings.is_own_message(f.own, "usr", "m1", "agt"));
  CHECK_FALSE(ratings.is_own_message(f.own, "usr", "m1", "agt_other"));
  CHECK_FALSE(ratings.is_own_message(f.own, "another", "m1", ""));
  CHECK_FALSE(ratings.is_own_message(f.other, "usr", "m1", ""));
  ratings.put(f.own, {"m1", "usr", 1, "good", 10, 10});
  ratings.put(f.own, {"m1", "usr", -1, "bad", 20, 20});
  ratings.put(f.own, {"m1", "another", 1, "", 30, 30});
  const auto rating = ratings.find(f.own, "m1", "usr");
  REQUIRE(rating);
  CHECK(rating->rating == -1);
  CHECK(rating->comment == "bad");
  CHECK(rating->created_us == 10);
  CHECK(rating->updated_us == 20);
  CHECK_FALSE(ratings.find(f.other, "m1", "usr"));
  CHECK(ratings.counts(f.own, "m1").ups == 1);
  CHECK(ratings.counts(f.own, "m1").downs == 1);
  CHECK(ratings.counts(f.own, "m2").ups == 0);
  CHECK(ratings.remove(f.own, "m1", "usr"));
  CHECK_FALSE(ratings.remove(f.own, "m1", "usr"));
  CHECK(ratings.counts(f.own, "m1").downs == 0);
}

}  // namespace platos::store
