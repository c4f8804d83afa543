#include "integration/api_stage.hpp"

#include <chrono>
#include <stdexcept>

#include "support/waiting.hpp"

namespace platos::tests {

using namespace std::chrono_literals;

Answer ApiStage::call(const std::string& method, const std::string& path, const Json& body,
                      std::vector<std::string> headers) const {
  Ask question;
  question.method = method;
  question.path = path;
  if (!body.is_null()) question.body = body.dump();
  question.headers = std::move(headers);
  return ask(*daemon, question);
}

Json ApiStage::made(const std::string& method, const std::string& path, const Json& body,
                    const std::vector<std::string>& headers) const {
  const Answer answer = call(method, path, body, headers);
  INFO(path << " " << answer.body);
  REQUIRE(answer.status / 100 == 2);
  return answer.json();
}

Answer ApiStage::fetch(const std::string& path, std::vector<std::string> headers) const {
  return call("GET", path, Json(), std::move(headers));
}

std::future<Answer> ApiStage::held_turn(const std::string& path, std::vector<std::string> headers) const {
  const auto held = mock.stats().held;
  const auto before = run_count();
  auto answer = std::async(std::launch::async, [this, path, headers] {
    return call("POST", path, {{"message", "Hi"}}, headers);
  });
  if (!mock.wait_until([held](const MockStats& stats) { return stats.held == held + 1; }, 30s))
    throw std::runtime_error("the model was not asked");
  if (!wait_until([&] { return run_count() != before; }, 30'000)) throw std::runtime_error("the turn was not accepted");
  return answer;
}

}  // namespace platos::tests
