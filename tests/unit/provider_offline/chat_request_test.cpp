#include "chat_request.hpp"

#include <catch2/catch.hpp>

#include "platos/cpp/error.hpp"
#include "requests.hpp"

using namespace platos::provider_offline;
using nlohmann::json;

TEST_CASE("the question is the text of the last user message") {
  json request = ask("first", {"a__b", "docs__search"});
  request["messages"].push_back(message("assistant", "an answer"));
  request["messages"].push_back({{"role", "user"},
                                 {"content",
                                  {{{"type", "text"}, {"text", "  second"}},
                                   {{"type", "image"}, {"mime", "image/png"}, {"data_base64", "AA=="}},
                                   {{"type", "text"}, {"text", "part \n"}}}}});
  const ChatRequest parsed = parse_chat_request(request.dump());
  CHECK(parsed.model == "docs");
  CHECK(parsed.question == "second\npart");
  CHECK(parsed.tool_names == std::vector<std::string>{"a__b", "docs__search"});
  CHECK(parsed.tool_choice.empty());
  CHECK(parsed.tool_results.empty());
  CHECK_FALSE(parsed.output_word_limit);
}

TEST_CASE("only the tool results at the end count, and all calls are counted") {
  json request = answered(ask("one"), "old");
  request["messages"].push_back(message("user", "two"));
  CHECK(parse_chat_request(request.dump()).tool_results.empty());
  CHECK(parse_chat_request(request.dump()).earlier_tool_calls == 1);
  request = answered(request, "failed", true);
  request["messages"].push_back(message("tool", "new"));
  const ChatRequest parsed = parse_chat_request(request.dump());
  CHECK(parsed.question == "two");
  CHECK(parsed.earlier_tool_calls == 2);
  REQUIRE(parsed.tool_results.size() == 2);
  CHECK(parsed.tool_results[0].text == "failed");
  CHECK(parsed.tool_results[0].is_error);
  CHECK(parsed.tool_results[1].text == "new");
  CHECK_FALSE(parsed.tool_results[1].is_error);
}

TEST_CASE("words of the system prompt and of all messages are counted") {
  json request = answered(ask("how do\tI  "), "{\"a\": 1}\n x");
  request["system"] = "Be kind.";
  CHECK(parse_chat_request(request.dump()).word_count == 2 + 3 + 3);
  CHECK(count_words("") == 0);
  CHECK(count_words(" \n") == 0);
  CHECK(count_words("one\ntwo  three ") == 3);
}

TEST_CASE("settings that this model heeds") {
  json request = ask("q");
  request["tool_choice"] = "none";
  request["max_output_tokens"] = 7;
  const ChatRequest parsed = parse_chat_request(request.dump());
  CHECK(parsed.tool_choice == "none");
  CHECK(parsed.output_word_limit == 7);
  request["max_output_tokens"] = 0;
  CHECK_FALSE(parse_chat_request(request.dump()).output_word_limit);
}

TEST_CASE("what is no request is refused, unusable members are skipped") {
  using Catch::Matchers::Equals;
  using platos::sdk::Error;
  const auto refusal = [](std::string_view text) -> std::string {
    try {
      parse_chat_request(text);
    } catch (const Error& error) {
      CHECK(error.code() == PLATOS_INVALID_ARGUMENT);
      return error.what();
    }
    return "accepted";
  };
  CHECK(refusal("{") == "chat request of offline: expected a JSON object, found text that is not JSON");
  CHECK(refusal(R"({"model": 1, "messages": []})") ==
        R"(chat request of offline: expected a string "model", found the number 1)");
  CHECK(refusal(R"({"model": "docs"})") == R"(chat request of offline: expected an array "messages", found null)");
  CHECK(refusal(R"({"model": "docs", "messages": [1, {"role": 2}, {"role": "user", "content": "text"}], "tools": 5,)"
                R"( "max_output_tokens": -1, "tool_choice": null, "system": []})") == "accepted");
}
