// An instance of the skill whose service is a function of the test.
#pragma once

#include <functional>
#include <vector>

#include "platos/cpp/testing/fake_services.hpp"
#include "support/skill_tools.hpp"

namespace skill_parallel_test {

namespace testing = platos::sdk::testing;
using platos::tests::Json;
using Request = testing::FakeHttp::Request;
using Answer = testing::FakeHttp::Answer;

inline Answer answered(const Json& json, std::int32_t status = 200) { return {PLATOS_OK, status, json.dump()}; }

struct ParallelService {
  std::function<Answer(const Request&)> on_request;
  testing::FakeHost host;
  testing::FakeHttp http{host, [this](const Request& request) { return on_request(request); }};
};

struct Parallel : ParallelService, platos::tests::SkillTools {
  explicit Parallel(const Json& config = {{"base_url", "https://parallel.test/"}})
      : SkillTools(host, "parallel", config) {}

  std::vector<Request> requests() { return http.requests(); }
};

}  // namespace skill_parallel_test
