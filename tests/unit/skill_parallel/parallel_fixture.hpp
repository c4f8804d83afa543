// An instance of the skill whose service is a function of the test.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "platos/cpp/testing/fake_services.hpp"

extern "C" const platos_plugin_entry_t platos_plugin_v1;

namespace skill_parallel_test {

namespace testing = platos::sdk::testing;
using Json = nlohmann::json;
using Request = testing::FakeHttp::Request;
using Answer = testing::FakeHttp::Answer;

inline Answer answered(const Json& json, std::int32_t status = 200) { return {PLATOS_OK, status, json.dump()}; }

struct Outcome {
  std::int32_t status = PLATOS_OK;
  std::string error;
  Json json;
};

class Parallel {
 public:
  explicit Parallel(const Json& config = {{"base_url", "https://parallel.test/"}})
      : http_(host_, [this](const Request& request) { return on_request(request); }),
        instance_(std::make_unique<testing::FakeInstance>(host_, platos_plugin_v1, "parallel", config.dump())) {}

  std::function<Answer(const Request&)> on_request;
  platos_call_t call;

  Outcome invoke(std::string_view tool, const Json& arguments) {
    using platos::sdk::slice;
    testing::OutputCollector output;
    platos_error_t error;
    Outcome outcome;
    const std::string text = arguments.dump();
    outcome.status = table().invoke(instance_->handle(), &call, slice(tool), slice(text), &output.table, &error);
    outcome.error = error.message;
    if (!output.items.empty()) outcome.json = Json::parse(output.items.front().data);
    return outcome;
  }
  Json tools() {
    testing::TextWriter writer;
    platos_error_t error;
    (void)table().list(instance_->handle(), &writer.table, &error);
    return Json::parse(writer.text);
  }
  std::vector<Request> requests() { return http_.requests(); }

 private:
  const platos_skill_t& table() { return instance_->table<platos_skill_t>(PLATOS_SKILL_INTERFACE); }

  testing::FakeHost host_;
  testing::FakeHttp http_;
  std::unique_ptr<testing::FakeInstance> instance_;
};

}  // namespace skill_parallel_test
