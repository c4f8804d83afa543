// A daemon whose governors are a test's own.
#pragma once

#include <string>
#include <vector>

#include "plugins/stage/asking.hpp"

namespace platos::tests {

/// Points, as the fixture's configuration spells them.
inline const std::string kMessagePoint = "2";
inline const std::string kAnswerPoint = "4";
inline const std::string kToolPoint = "8";
inline const std::string kResultPoint = "16";
inline const std::string kMemoryPoint = "32";

inline constexpr auto kTurnWithAnswer = "meta status token+ message_persisted done";
inline const std::string kGovernorFailed = "governor_failed";

/// A daemon with governors. The time budget is out of the way unless a test wants it.
struct GovernorStage : PluginStage {
  MockProvider mock;
  GovernorStage() {
    add("rogue-governor");
    without_shipped_governor(*this);
    write_openai_instance(data(), "mock", mock.base_url());
  }
  void govern(const std::string& name, const std::string& mode, const std::string& points,
              const std::string& text = "") const {
    configure(name, "rogue-governor", {{"mode", mode}, {"points", points}, {"text", text}});
  }
  void begin(std::vector<std::string> pairs = {}) {
    pairs.insert(pairs.begin(), "governance.budget_ms=20000");
    start(settings_with(pairs));
  }
  std::vector<Event> say(const std::string& message, const std::string& model = "mock:mock-n2") const {
    return turn(model, {}, message);
  }
  Json row(const std::string& name) const { return instance(rogue_id("rogue-governor"), name); }
};

}  // namespace platos::tests
