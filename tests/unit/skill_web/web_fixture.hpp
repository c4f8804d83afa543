// An instance of the skill with search services and pages of the test.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>

#include "platos/cpp/testing/fake_services.hpp"

extern "C" const platos_plugin_entry_t platos_plugin_v1;

namespace skill_web_test {

namespace testing = platos::sdk::testing;
using Json = nlohmann::json;

inline const Json kAllServices = {{"tavily_url", "https://tavily.test"},
                                  {"exa_url", "https://exa.test/"},
                                  {"brave_url", "https://brave.test"},
                                  {"serper_url", "https://serper.test"},
                                  {"searxng_url", "http://searxng.test"}};

struct Outcome {
  std::int32_t status = PLATOS_OK;
  std::string error;
  Json json;
};

class Web {
 public:
  explicit Web(const Json& config = kAllServices, std::set<std::string> keys = {"tavily", "exa", "brave", "serper"})
      : secrets_(host_, std::move(keys)),
        http_(host_, [this](const testing::FakeHttp::Request& request) { return on_search(request); }),
        pages_(host_, [this](const std::string& url) { return on_page(url); }),
        instance_(std::make_unique<testing::FakeInstance>(host_, platos_plugin_v1, "web", config.dump())) {}

  std::function<testing::FakeHttp::Answer(const testing::FakeHttp::Request&)> on_search;
  std::function<testing::FakePublicWeb::Page(const std::string&)> on_page;
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
    if (table().list(instance_->handle(), &writer.table, &error) != PLATOS_OK) return error.message;
    return Json::parse(writer.text);
  }
  std::vector<testing::FakeHttp::Request> searches() { return http_.requests(); }
  std::vector<std::string> visited() { return pages_.urls(); }

 private:
  const platos_skill_t& table() { return instance_->table<platos_skill_t>(PLATOS_SKILL_INTERFACE); }

  testing::FakeHost host_;
  testing::FakeSecrets secrets_;
  testing::FakeHttp http_;
  testing::FakePublicWeb pages_;
  std::unique_ptr<testing::FakeInstance> instance_;
};

}  // namespace skill_web_test
