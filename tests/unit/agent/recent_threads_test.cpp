#include "agent/recent_threads.hpp"

#include <catch2/catch.hpp>

namespace platos::agent {
namespace {

const model::Scope kOwn{"org", "prj", "env"};
const model::Scope kOther{"org", "prj", "env_2"};

RecentThreads::Entry entry(const std::string& id, std::size_t bytes = 10) {
  RecentThreads::Entry made;
  made.thread.id = id;
  made.thread.user_id = "usr";
  model::ChatMessage message;
  message.text.assign(bytes, 'x');
  made.setting.history.push_back(message);
  return made;
}

}  // namespace

TEST_CASE("A thread is handed over once, to its own user in its own environment") {
  RecentThreads recent(1 << 20);
  recent.put(kOwn, entry("thr_1"));
  CHECK_FALSE(recent.take(kOther, "usr", "thr_1"));
  CHECK_FALSE(recent.take(kOwn, "another user", "thr_1"));
  const auto taken = recent.take(kOwn, "usr", "thr_1");
  REQUIRE(taken);
  CHECK(taken->setting.history.at(0).text == "xxxxxxxxxx");
  CHECK_FALSE(recent.take(kOwn, "usr", "thr_1"));
}

TEST_CASE("The newest word about a thread stands") {
  RecentThreads recent(1 << 20);
  recent.put(kOwn, entry("thr_1", 1));
  recent.put(kOwn, entry("thr_1", 2));
  CHECK(recent.take(kOwn, "usr", "thr_1")->setting.history.at(0).text == "xx");
}

TEST_CASE("What was not used for longest goes first when there is no room, and what is too large is not kept") {
  RecentThreads recent(10'000);
  for (const char* id : {"thr_1", "thr_2", "thr_3"}) recent.put(kOwn, entry(id, 3000));
  CHECK_FALSE(recent.take(kOwn, "usr", "thr_1"));
  CHECK(recent.take(kOwn, "usr", "thr_2"));
  recent.put(kOwn, entry("thr_4", 9000));
  CHECK(recent.take(kOwn, "usr", "thr_3"));
  CHECK_FALSE(recent.take(kOwn, "usr", "thr_4"));
  RecentThreads none(0);
  none.put(kOwn, entry("thr_1"));
  CHECK_FALSE(none.take(kOwn, "usr", "thr_1"));
}

TEST_CASE("What a name of an agent stands for is known per environment, until it is forgotten") {
  RecentThreads recent(0);
  recent.put_head(kOwn, "hello", {"agt_1", "hello", true, "agv_1"});
  CHECK_FALSE(recent.head(kOther, "hello"));
  REQUIRE(recent.head(kOwn, "hello"));
  CHECK(recent.head(kOwn, "hello")->version_id == "agv_1");
  recent.forget_head(kOwn, "hello");
  CHECK_FALSE(recent.head(kOwn, "hello"));
}

}  // namespace platos::agent
