// `platos threads`, `platos providers` and `platos models` beyond listing.
#include <algorithm>
#include <catch2/catch.hpp>
#include <sstream>

#include "integration/cli_stage.hpp"

using namespace platos::tests;

TEST_CASE("threads: renamed, tagged, pinned, forked, exported, brought back") {
  const CliStage stage;
  const Json turn = stage.chat(stage.agent("mock-echo"), "one two");
  const std::string thread = turn["threadId"];
  CHECK(stage.json({"threads", "rename", thread, "Two words"})["title"] == "Two words");
  CHECK(stage.json({"threads", "tag", thread, "Urgent", "billing"})["tags"] == Json({"urgent", "billing"}));
  CHECK(stage.json({"threads", "tag", thread})["tags"].empty());
  CHECK_FALSE(stage.json({"threads", "pin", thread})["pinnedAt"].is_null());
  CHECK(stage.json({"threads", "unpin", thread})["pinnedAt"].is_null());
  const Json exported = stage.json({"threads", "export", thread});
  CHECK(exported["thread"]["title"] == "Two words");
  REQUIRE(exported["messages"].size() == 2);
  const std::string first = exported["messages"][0]["id"];
  const Json fork = stage.json({"threads", "fork", thread, "--at", first, "--title", "Elsewhere"});
  CHECK(fork["parentThreadId"] == thread);
  CHECK(stage.json({"threads", "messages", fork["id"]}).size() == 1);
  CHECK(stage.run({"threads", "archive", thread}).exit_code == 0);
  CHECK(has(stage.run({"threads", "unarchive", thread}).out, "active"));
  CHECK(stage.run({"threads", "rename", "thr_missing", "x"}).exit_code == 3);
  CHECK(stage.run({"threads", "fork", thread}).exit_code == 2);
}

TEST_CASE("providers: their keys come from standard input and are never shown") {
  const CliStage stage;
  const Finished typed = stage.run({"providers", "add-key", "groq", "--label", "main", "--variable", "GROQ_API_KEY",
                                    "--value", "gsk-on-the-command-line"});
  CHECK(typed.exit_code == 2);
  const Finished made = stage.run(
      {"--json", "providers", "add-key", "groq", "--label", "main", "--variable", "GROQ_API_KEY", "--value", "-"},
      "gsk-planted\n");
  INFO(made.err);
  REQUIRE(made.exit_code == 0);
  CHECK_FALSE(has(made.out, "gsk-planted"));
  const Json key = Json::parse(made.out);
  CHECK(key["envVarSet"] == true);
  CHECK(key["isDefault"] == true);
  const Finished keys = stage.run({"providers", "keys"});
  CHECK(has(keys.out, "GROQ_API_KEY"));
  CHECK_FALSE(has(keys.out, "gsk-planted"));
  CHECK(has(stage.run({"providers", "list"}).out, "Groq"));
  CHECK(stage.json({"providers", "disable", "groq"})["enabled"] == false);
  CHECK(stage.json({"providers", "enable", "groq"})["enabled"] == true);
  CHECK(has(stage.run({"providers", "check"}).out, "hello"));
  CHECK(stage.run({"providers", "remove-key", key["id"]}).exit_code == 0);
  CHECK(stage.json({"providers", "keys"}).empty());
  CHECK(stage.run({"providers", "link", "nobody"}).exit_code == 3);
}

TEST_CASE("models: those of the price lists and of the instances") {
  const CliStage stage;
  const Finished table = stage.run({"models", "list"});
  CHECK(has(table.out, "openai:gpt-4.1"));
  CHECK(has(table.out, "groq:llama-3.3-70b-versatile"));
  const Json models = stage.json({"models", "list"});
  const auto known = std::find_if(models.begin(), models.end(), [](const Json& each) { return each["costKnown"]; });
  REQUIRE(known != models.end());
  const Json& price = (*known)["usdPerMillion"];
  std::istringstream lines(table.out);
  std::string line;
  std::getline(lines, line);
  CHECK(line.ends_with("  DOLLARS IN  DOLLARS OUT"));
  while (std::getline(lines, line) && !line.starts_with((*known)["id"].get<std::string>() + " ")) {
  }
  std::vector<std::string> words;
  for (std::istringstream cells(line); cells >> line;) words.push_back(line);
  REQUIRE(words.size() == 6);
  CHECK(words[4] == price["input"].dump());
  CHECK(words[5] == price["output"].dump());
}
