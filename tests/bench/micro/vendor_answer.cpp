#include "micro/vendor_answer.hpp"

namespace platos::bench {
namespace {

std::string chunk(const std::string& choices, const std::string& usage) {
  return R"({"id":"chatcmpl-12345","object":"chat.completion.chunk","created":1700000000,"model":"mock-r0-n16",)"
         R"("choices":[)" +
         choices + "]" + usage + "}";
}

std::string choice(const std::string& delta, const std::string& finish_reason) {
  return chunk(R"({"index":0,"delta":)" + delta + R"(,"finish_reason":)" + finish_reason + "}", "");
}

}  // namespace

std::vector<std::string> vendor_events(int tokens) {
  std::vector<std::string> events = {choice(R"({"role":"assistant","content":""})", "null")};
  for (int i = 0; i < tokens; ++i) events.push_back(choice(R"({"content":"@0001700000000000@"})", "null"));
  events.push_back(choice("{}", R"("stop")"));
  events.push_back(chunk("", R"(,"usage":{"prompt_tokens":10,"completion_tokens":16,"total_tokens":26})"));
  events.emplace_back("[DONE]");
  return events;
}

std::string vendor_body(int tokens) {
  std::string body;
  for (const auto& event : vendor_events(tokens)) body += "data: " + event + "\n\n";
  return body;
}

}  // namespace platos::bench
