#include "words.hpp"

#include <catch2/catch.hpp>

using platos::skill_docs::words_of;
using Words = std::vector<std::string>;

TEST_CASE("words are lower case and separated by everything that is no letter or digit") {
  CHECK(words_of("Start, stop;RESTART--v2 (now)") == Words{"start", "stop", "restart", "v2", "now"});
  CHECK(words_of("grüße\xff zebra") == Words{"gr", "e", "zebra"});
  CHECK(words_of("").empty());
  CHECK(words_of(" ,.\n").empty());
}

TEST_CASE("snake_case gives its parts, camelCase its parts and itself") {
  CHECK(words_of("OPENAI_API_KEY") == Words{"openai", "api", "key"});
  CHECK(words_of("max_running") == Words{"max", "running"});
  CHECK(words_of("OpenAI") == Words{"open", "ai", "openai"});
  CHECK(words_of("lastSeq") == Words{"last", "seq", "lastseq"});
  CHECK(words_of("HTTPServer") == Words{"http", "server", "httpserver"});
  CHECK(words_of("APIs") == Words{"api"});
}

TEST_CASE("a plural becomes the singular") {
  CHECK(words_of("runs agents policies keys") == Words{"run", "agent", "policy", "key"});
  CHECK(words_of("class os ties IDs status") == Words{"class", "os", "tie", "id", "statu"});
}

TEST_CASE("stop words are left out, in any case and before plurals are cut") {
  CHECK(words_of("How does the plugin get its settings?") == Words{"plugin", "setting"});
  CHECK(words_of("it's what you don't") == Words{"don"});
  CHECK(words_of("What can you do?").empty());
}
