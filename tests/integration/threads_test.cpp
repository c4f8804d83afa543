// What people do with threads besides talking in them: tags, pins, lists, forks, ratings.
#include <catch2/catch.hpp>

#include "integration/people.hpp"

using namespace platos::tests;

namespace {

const std::string kList = "/api/v1/agent/threads";

std::string titles(const Json& list) {
  std::string joined;
  for (const auto& thread : list["threads"]) joined += thread["title"].get<std::string>() + " ";
  return joined + std::to_string(list["total"].get<int>());
}

/// A thread of the administrator with this title.
std::string thread_called(const ApiStage& stage, const std::string& agent, const std::string& title) {
  return stage.made("POST", kList, {{"agentId", agent}, {"title", title}})["id"];
}

std::vector<std::string> contents(const Json& messages) {
  std::vector<std::string> texts;
  for (const auto& message : messages) texts.push_back(message["content"]);
  return texts;
}

}  // namespace

TEST_CASE("tags are trimmed, lower, each once, replaced as a whole, and found whatever their case") {
  const People stage;
  const std::string agent = stage.agent("mock-r0");
  const std::string thread = thread_called(stage, agent, "one");
  const std::string path = kThreads + thread + "/tags";
  const Json tagged = stage.made("POST", path, {{"tags", {" Work ", "work", "", "Two Words", "\xC3\xA9t\xC3\xA9"}}});
  CHECK(tagged["tags"] == Json({"work", "two words", "\xC3\xA9t\xC3\xA9"}));
  CHECK(stage.fetch(kThreads + thread).json()["tags"] == tagged["tags"]);
  CHECK(titles(stage.fetch(kList + "?tag=WORK").json()) == "one 1");
  CHECK(titles(stage.fetch(kList + "?tag=two%20words").json()) == "one 1");
  CHECK(titles(stage.fetch(kList + "?tag=two").json()) == "0");
  CHECK(stage.made("POST", path, {{"tags", Json::array()}})["tags"] == Json::array());
  CHECK(titles(stage.fetch(kList + "?tag=work").json()) == "0");
}

TEST_CASE("tags have limits, and what is no list of texts is refused") {
  const People stage;
  const std::string path = kThreads + thread_called(stage, stage.agent("mock-r0"), "one") + "/tags";
  Json many = Json::array();
  for (int i = 0; i < 20; ++i) many.push_back("t" + std::to_string(i));
  many.push_back("T1 ");
  CHECK(stage.made("POST", path, {{"tags", many}})["tags"].size() == 20);
  many.push_back("one more");
  check_error(stage.call("POST", path, {{"tags", many}}), 400, "invalid_field");
  std::string wide;
  for (int i = 0; i < 50; ++i) wide += "\xC3\xA9";
  CHECK(stage.made("POST", path, {{"tags", {wide}}})["tags"][0] == wide);
  for (const Json& bad : {Json({{"tags", {wide + "x"}}}), Json({{"tags", {"a\nb"}}}), Json({{"tags", "work"}}),
                          Json({{"tags", {1}}}), Json({{"tags", nullptr}}), Json::object()}) {
    INFO(bad.dump());
    check_error(stage.call("POST", path, bad), 400, "invalid_field");
  }
  CHECK(stage.fetch(path.substr(0, path.size() - 5)).json()["tags"][0] == wide);
}

TEST_CASE("a pin is forced or turned over, and pinned threads come first, the last one at the front") {
  const People stage;
  const std::string agent = stage.agent("mock-r0");
  std::map<std::string, std::string> ids;
  for (const char* title : {"a", "b", "c"}) ids[title] = thread_called(stage, agent, title);
  const auto pin = [&](const std::string& title, const Json& body) {
    return stage.made("POST", kThreads + ids[title] + "/pin", body)["pinnedAt"];
  };
  const Json first = pin("a", {{"pinned", true}});
  CHECK(first.is_string());
  CHECK(pin("a", {{"pinned", true}}) == first);
  CHECK(pin("b", Json()).is_string());
  CHECK(titles(stage.fetch(kList).json()) == "b a c 3");
  CHECK(titles(stage.fetch(kList + "?pinned=true").json()) == "b a 2");
  CHECK(pin("b", Json()).is_null());
  CHECK(pin("c", {{"pinned", false}}).is_null());
  CHECK(titles(stage.fetch(kList + "?pinned=1").json()) == "a 1");
  CHECK(titles(stage.fetch(kList + "?pinned=0").json()) == "a c b 3");
  check_error(stage.call("POST", kThreads + ids["a"] + "/pin", {{"pinned", "yes"}}), 400, "invalid_field");
}

TEST_CASE("lists hide archived threads unless they are asked for, by either name") {
  const People stage;
  const std::string agent = stage.agent("mock-r0");
  thread_called(stage, agent, "kept");
  const std::string old = thread_called(stage, agent, "old");
  stage.made("POST", kThreads + old + "/archive", Json());
  const auto listed = [&](const std::string& query) { return titles(stage.fetch(kList + query).json()); };
  CHECK(listed("") == "kept 1");
  CHECK(listed("?archived=true") == "old kept 2");
  CHECK(listed("?archived=only") == "old 1");
  CHECK(listed("?status=archived") == "old 1");
  CHECK(listed("?status=active") == "kept 1");
  CHECK(listed("?status=active&archived=true") == "kept 1");
  CHECK(listed("?status=active&archived=only") == "0");
  CHECK(listed("?status=completed&archived=true") == "0");
  CHECK(listed("?agentId=" + agent + "&archived=1&limit=1&offset=1") == "kept 2");
  check_error(stage.fetch(kList + "?status=gone"), 400, "invalid_field");
  check_error(stage.fetch(kList + "?limit=x"), 400, "invalid_field");
}

TEST_CASE("threads of all users are for administrators, and show no more than the list") {
  People stage;
  const std::string agent = stage.agent("mock-r0");
  const auto ann = stage.end_user("ann");
  const std::string hers = stage.made("POST", kList, {{"agentId", agent}, {"title", "hers"}}, ann)["id"];
  thread_called(stage, agent, "own");
  CHECK(titles(stage.fetch(kList).json()) == "own 1");
  CHECK(titles(stage.fetch(kList + "?allUsers=true").json()) == "own hers 2");
  CHECK(titles(stage.fetch(kList + "?allUsers=1", stage.member("admin")).json()) == "own hers 2");
  check_error(stage.fetch(kList + "?allUsers=true", ann), 403, "forbidden");
  check_error(stage.fetch(kList + "?allUsers=true", stage.member("viewer")), 403, "forbidden");
  CHECK(titles(stage.fetch(kList, ann).json()) == "hers 1");
  check_error(stage.fetch(kThreads + hers), 404, "thread_not_found");
  check_error(stage.call("POST", kThreads + hers + "/tags", {{"tags", {"x"}}}), 404, "thread_not_found");
  check_error(stage.call("POST", kThreads + hers + "/fork", {{"upToMessageId", "x"}}), 404, "thread_not_found");
}

TEST_CASE("a fork holds the messages up to one, and goes its own way") {
  const People stage;
  const std::string agent = stage.agent("mock-echo-r0");
  const std::string thread = thread_called(stage, agent, "Talk");
  for (const char* text : {"first", "second", "third"}) stage.turn(thread, text);
  stage.made("POST", kThreads + thread + "/tags", {{"tags", {"x"}}});
  const Json messages = stage.messages_of(thread)["messages"];
  const std::string anchor = messages[3]["id"];
  const Json fork = stage.made("POST", kThreads + thread + "/fork", {{"upToMessageId", anchor}});
  CHECK(fork["title"] == "Talk (fork)");
  CHECK(fork["parentThreadId"] == thread);
  CHECK(fork["forkedFromMessageId"] == anchor);
  CHECK(fork["tags"] == Json::array());
  CHECK(fork["status"] == "active");
  const Json copies = stage.messages_of(fork["id"])["messages"];
  CHECK(contents(copies) == std::vector<std::string>{"first", "first", "second", "second"});
  for (std::size_t i = 0; i < copies.size(); ++i) {
    CHECK(copies[i]["id"] != messages[i]["id"]);
    CHECK(copies[i]["createdAt"] == messages[i]["createdAt"]);
  }
  stage.turn(fork["id"], "elsewhere");
  CHECK(stage.request(3)["messages"].size() == 5);
  CHECK(stage.messages_of(thread)["total"] == 6);
  const Json titled =
      stage.made("POST", kThreads + thread + "/fork", {{"atMessageId", anchor}, {"title", " Two\nlines "}});
  CHECK(titled["title"] == "Two lines");
  const Json branches = stage.fetch(kThreads + thread + "/branches").json();
  CHECK(branches["forks"].size() == 2);
  CHECK(branches["total"] == 6);
}

TEST_CASE("forks begin at a message of the thread that stands, and ten of them are enough") {
  const People stage;
  const std::string thread = thread_called(stage, stage.agent("mock-echo-r0"), "Talk");
  const std::string other = thread_called(stage, stage.agent("mock-echo-r0"), "Other");
  stage.turn(thread, "first");
  stage.turn(other, "first");
  const std::string path = kThreads + thread + "/fork";
  const std::string first = stage.messages_of(thread)["messages"][0]["id"];
  const std::string foreign = stage.messages_of(other)["messages"][0]["id"];
  check_error(stage.call("POST", path, {{"upToMessageId", foreign}}), 404, "message_not_found");
  check_error(stage.call("POST", path, Json::object()), 400, "invalid_field");
  const Json reply =
      stage.made("POST", kThreads + thread + "/messages", {{"message", "why"}, {"replyToMessageId", first}});
  check_error(stage.call("POST", path, {{"upToMessageId", reply["messageId"]}}), 409, "message_not_active");
  stage.made("POST", kThreads + thread + "/messages/" + first + "/edit-and-rerun", {{"content", "new"}});
  check_error(stage.call("POST", path, {{"upToMessageId", first}}), 409, "message_not_active");
  const std::string now = stage.messages_of(thread)["messages"][2]["id"];
  std::string last;
  for (int i = 0; i < 10; ++i) last = stage.made("POST", path, {{"upToMessageId", now}})["id"];
  check_error(stage.call("POST", path, {{"upToMessageId", now}}), 409, "fork_limit");
  // What a fork holds has no history of its own.
  const Json copy = stage.messages_of(last)["messages"];
  REQUIRE(copy.size() == 1);
  CHECK(copy[0]["content"] == "new");
  CHECK(copy[0]["revision"] == 1);
  CHECK(copy[0]["editParentMessageId"].is_null());
  stage.made("POST", kThreads + last + "/archive", Json());
  stage.made("POST", path, {{"upToMessageId", now}});
}

TEST_CASE("a rating is the user's own, of a message of a thread of theirs") {
  People stage;
  const auto ann = stage.end_user("ann");
  const std::string agent = stage.agent("mock-n1-r0");
  const std::string thread = stage.made("POST", kList, {{"agentId", agent}}, ann)["id"];
  const Json turn = stage.made("POST", kThreads + thread + "/messages", {{"message", "Hi"}}, ann);
  const std::string path = "/api/v1/agent/messages/" + turn["messageId"].get<std::string>() + "/rating";
  CHECK(stage.fetch(path, ann).json() == Json({{"userRating", nullptr}, {"aggregate", {{"ups", 0}, {"downs", 0}}}}));
  const Json rated = stage.made("POST", path, {{"rating", 1}, {"comment", "fine"}}, ann)["rating"];
  CHECK(rated["rating"] == 1);
  CHECK(rated["comment"] == "fine");
  CHECK(rated["userId"] == "ann");
  const Json again = stage.made("POST", path, {{"rating", -1}}, ann)["rating"];
  CHECK(again["comment"].is_null());
  CHECK(again["createdAt"] == rated["createdAt"]);
  CHECK(stage.fetch(path, ann).json()["aggregate"] == Json({{"ups", 0}, {"downs", 1}}));
  for (const Json& bad : {Json(0), Json(2), Json(1.0), Json("1"), Json(true), Json(nullptr)}) {
    INFO(bad.dump());
    check_error(stage.call("POST", path, {{"rating", bad}}, ann), 400, "invalid_field");
  }
  check_error(stage.call("POST", path, Json::object(), ann), 400, "invalid_field");
  check_error(stage.call("POST", path, {{"rating", 1}, {"comment", std::string(4001, 'x')}}, ann), 400,
              "invalid_field");
  CHECK(stage.call("POST", path, {{"rating", 1}, {"comment", std::string(4000, 'x')}}, ann).status == 201);
  check_error(stage.call("POST", path, {{"rating", 1}}, stage.end_user("bob")), 404, "message_not_found");
  check_error(stage.fetch(path), 404, "message_not_found");
  CHECK(stage.call("DELETE", path, Json(), ann).json() == Json({{"removed", true}}));
  CHECK(stage.call("DELETE", path, Json(), ann).json() == Json({{"removed", false}}));
}
