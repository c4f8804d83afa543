#include "store/conversations.hpp"

#include <catch2/catch.hpp>

#include "store_fixture.hpp"

namespace platos::store {
namespace {

model::Message message_of(const std::string& id, const std::string& run, const std::string& role, std::int64_t at,
                          const std::string& state = "active") {
  model::Message message;
  message.id = id;
  message.thread_id = "thr_1";
  message.run_id = run;
  message.role = role;
  message.state = state;
  message.content = "content of " + id;
  message.created_us = at;
  return message;
}

std::string ids(const std::vector<model::Message>& messages) {
  std::string joined;
  for (const auto& message : messages) joined += message.id + " ";
  return joined;
}

struct TalkFixture : SessionFixture {
  Conversations talk{session};
  TalkFixture() {
    insert_thread(own, "thr_1");
    talk.insert_message(own, message_of("m1", "run_1", "user", 1));
    talk.insert_message(own, message_of("m2", "run_1", "assistant", 2));
    talk.insert_message(own, message_of("m3", "run_2", "user", 3, "blocked"));
    talk.insert_message(own, message_of("m4", "run_3", "user", 4, "pending"));
  }
};

}  // namespace

TEST_CASE("A thread and its messages come back as they were") {
  TalkFixture f;
  model::Message full = message_of("m5", "run_3", "assistant", 5);
  full.thinking = "hm";
  full.tool_calls_json = "[1]";
  full.response_json = "{}";
  f.talk.insert_message(f.own, full);
  const auto thread = f.talk.find_thread(f.own, "usr", "thr_1");
  REQUIRE(thread);
  CHECK(thread->title == "the title");
  CHECK(thread->state == "active");
  CHECK(thread->archived_us == 0);
  CHECK_FALSE(f.talk.find_thread(f.own, "another user", "thr_1"));
  const auto back = f.talk.message_of_run(f.own, "thr_1", "run_3", "assistant");
  REQUIRE(back);
  CHECK(back->thinking == "hm");
  CHECK(back->tool_calls_json == "[1]");
  CHECK(back->response_json == "{}");
  CHECK(back->content == "content of m5");
  CHECK(f.talk.message_of_run(f.own, "thr_1", "run_1", "user")->thinking.empty());
}

TEST_CASE("Messages are all but blocked ones, oldest first; history is the last active ones of other runs") {
  TalkFixture f;
  CHECK(ids(f.talk.messages(f.own, "thr_1", 10, 0)) == "m1 m2 m4 ");
  CHECK(ids(f.talk.messages(f.own, "thr_1", 1, 1)) == "m2 ");
  CHECK(f.talk.count_messages(f.own, "thr_1") == 3);
  CHECK(ids(f.talk.history(f.own, "thr_1", "run_3", 10)) == "m1 m2 ");
  CHECK(ids(f.talk.history(f.own, "thr_1", "run_3", 1)) == "m2 ");
  CHECK(f.talk.history(f.own, "thr_1", "run_1", 10).empty());
  f.talk.set_message_state(f.own, "m4", "active");
  CHECK(ids(f.talk.history(f.own, "thr_1", "run_9", 10)) == "m1 m2 m4 ");
}

TEST_CASE("Another environment sees nothing of a conversation and changes nothing of it") {
  TalkFixture f;
  ThreadFilter filter;
  filter.user_id = "usr";
  CHECK_FALSE(f.talk.find_thread(f.other, "usr", "thr_1"));
  CHECK(f.talk.list_threads(f.other, filter).empty());
  CHECK(f.talk.count_threads(f.other, filter) == 0);
  CHECK(f.talk.messages(f.other, "thr_1", 10, 0).empty());
  CHECK(f.talk.count_messages(f.other, "thr_1") == 0);
  CHECK(f.talk.history(f.other, "thr_1", "", 10).empty());
  CHECK_FALSE(f.talk.message_of_run(f.other, "thr_1", "run_1", "user"));
  CHECK_FALSE(f.talk.begin_turn(f.other, "thr_1", std::nullopt, 99));
  f.talk.set_message_state(f.other, "m1", "blocked");
  auto thread = *f.talk.find_thread(f.own, "usr", "thr_1");
  thread.title = "stolen";
  f.talk.update_thread(f.other, thread);
  CHECK(f.talk.find_thread(f.own, "usr", "thr_1")->title == "the title");
  CHECK(f.talk.find_thread(f.own, "usr", "thr_1")->turn_count == 0);
  CHECK(ids(f.talk.messages(f.own, "thr_1", 10, 0)) == "m1 m2 m4 ");
}

TEST_CASE("A turn begins on the revision that it knows, and not on an archived thread") {
  SessionFixture f;
  Conversations talk(f.session);
  f.insert_thread(f.own, "thr_1");
  CHECK(talk.begin_turn(f.own, "thr_1", 0, 10));
  CHECK_FALSE(talk.begin_turn(f.own, "thr_1", 0, 11));
  CHECK(talk.begin_turn(f.own, "thr_1", 1, 12));
  auto thread = *talk.find_thread(f.own, "usr", "thr_1");
  CHECK(thread.revision == 2);
  CHECK(thread.turn_count == 2);
  CHECK(thread.updated_us == 12);
  talk.set_summary(f.own, thread);
  CHECK_FALSE(talk.begin_turn(f.own, "thr_1", 2, 13));
  thread.archived_us = 14;
  talk.update_thread(f.own, thread);
  CHECK(talk.find_thread(f.own, "usr", "thr_1")->revision == 4);
  CHECK_FALSE(talk.begin_turn(f.own, "thr_1", 4, 15));
  CHECK_FALSE(talk.begin_turn(f.own, "thr_1", std::nullopt, 15));
}

TEST_CASE("Threads are listed by use, filtered by agent and by archive") {
  SessionFixture f;
  Conversations talk(f.session);
  for (const char* id : {"thr_1", "thr_2", "thr_3"}) f.insert_thread(f.own, id);
  REQUIRE(talk.begin_turn(f.own, "thr_2", std::nullopt, 50));
  auto archived = *talk.find_thread(f.own, "usr", "thr_3");
  archived.archived_us = 7;
  archived.updated_us = 60;
  talk.update_thread(f.own, archived);
  ThreadFilter filter;
  filter.user_id = "usr";
  const auto listed = [&] {
    std::string joined;
    for (const auto& thread : talk.list_threads(f.own, filter)) joined += thread.id + " ";
    return joined + std::to_string(talk.count_threads(f.own, filter));
  };
  CHECK(listed() == "thr_2 thr_1 2");
  filter.archived = ThreadFilter::Archived::Included;
  CHECK(listed() == "thr_3 thr_2 thr_1 3");
  filter.archived = ThreadFilter::Archived::Only;
  CHECK(listed() == "thr_3 1");
  filter = {};
  filter.user_id = "usr";
  filter.agent_id = "agt_other";
  CHECK(listed() == "0");
  filter.agent_id = "agt";
  filter.limit = 1;
  filter.offset = 1;
  CHECK(listed() == "thr_1 2");
  filter.user_id = "somebody else";
  CHECK(listed() == "0");
  CHECK(talk.find_thread(f.own, "usr", "thr_2")->turn_count == 1);
}

}  // namespace platos::store
