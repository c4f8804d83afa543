// An instance of the skill with search services and pages of the test.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "platos/cpp/testing/fake_services.hpp"
#include "support/skill_tools.hpp"

namespace skill_web_test {

namespace testing = platos::sdk::testing;
using platos::tests::Json;

inline const Json kAllServices = {{"tavily_url", "https://tavily.test"},
                                  {"exa_url", "https://exa.test/"},
                                  {"brave_url", "https://brave.test"},
                                  {"serper_url", "https://serper.test"},
                                  {"searxng_url", "http://searxng.test"}};

using Outcome = platos::tests::ToolAnswer;

struct WebServices {
  explicit WebServices(std::set<std::string> keys) : secrets(host, std::move(keys)) {}

  std::function<testing::FakeHttp::Answer(const testing::FakeHttp::Request&)> on_search;
  std::function<testing::FakePublicWeb::Page(const std::string&)> on_page;
  testing::FakeHost host;
  testing::FakeSecrets secrets;
  testing::FakeHttp http{host, [this](const testing::FakeHttp::Request& request) { return on_search(request); }};
  testing::FakePublicWeb pages{host, [this](const std::string& url) { return on_page(url); }};
};

struct Web : WebServices, platos::tests::SkillTools {
  explicit Web(const Json& config = kAllServices, std::set<std::string> keys = {"tavily", "exa", "brave", "serper"})
      : WebServices(std::move(keys)), SkillTools(host, "web", config) {}

  std::vector<testing::FakeHttp::Request> searches() { return http.requests(); }
  std::vector<std::string> visited() { return pages.urls(); }
};

}  // namespace skill_web_test
