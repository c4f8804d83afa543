// A governor whose answers a test writes.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/logger.hpp"
#include "governance/chain.hpp"
#include "ports/plugin_directory.hpp"

namespace platos::governance {

struct FakeGovernor final : ports::Governor {
  using Answer = std::function<Result<ports::Verdict>(std::string_view chunk, bool is_last)>;

  FakeGovernor(std::string name, std::uint32_t wanted, Answer answers)
      : name_(std::move(name)), points_(wanted), answer(std::move(answers)) {}

  struct FakeCheck final : ports::Check {
    explicit FakeCheck(FakeGovernor& governor) : owner(governor) {}
    Result<ports::Verdict> feed(std::string_view chunk, bool is_last) override {
      owner.seen.emplace_back(chunk);
      return owner.answer(chunk, is_last);
    }
    FakeGovernor& owner;
  };

  const std::string& instance() const override { return name_; }
  const std::string& plugin() const override { return plugin_; }
  std::uint32_t points() const override { return points_; }
  Result<std::unique_ptr<ports::Check>> begin(ports::CallContext, ports::Point, std::string_view subject) override {
    subjects.emplace_back(subject);
    return std::unique_ptr<ports::Check>(std::make_unique<FakeCheck>(*this));
  }

  std::string name_;
  std::string plugin_ = "com.example.fake 1.0.0";
  std::uint32_t points_;
  Answer answer;
  std::vector<std::string> seen;
  std::vector<std::string> subjects;
};

inline FakeGovernor::Answer always(ports::Verdict verdict) {
  return [verdict](std::string_view, bool) -> Result<ports::Verdict> { return verdict; };
}

inline ports::Verdict verdict_of(ports::Decision decision, std::string rule = "rule", std::string replacement = {}) {
  ports::Verdict verdict;
  verdict.decision = decision;
  verdict.rule_id = std::move(rule);
  verdict.replacement = std::move(replacement);
  return verdict;
}

/// A directory with governors only.
struct Governors final : ports::PluginDirectory {
  Result<std::shared_ptr<ports::ChatProvider>> provider(std::string_view) const override { return none(); }
  Result<std::shared_ptr<ports::ToolSource>> skill(std::string_view) const override { return none(); }
  Result<std::shared_ptr<ports::Embedder>> embedder(std::string_view) const override { return none(); }
  Result<std::shared_ptr<ports::MemoryStore>> memory(std::string_view) const override { return none(); }
  std::vector<ports::ConfiguredGovernor> governors() const override { return configured; }
  std::vector<std::shared_ptr<ports::Observer>> observers() const override { return {}; }

  std::shared_ptr<FakeGovernor> add(std::string name, std::uint32_t points, FakeGovernor::Answer answer) {
    auto governor = std::make_shared<FakeGovernor>(name, points, std::move(answer));
    configured.push_back({name, governor, {}});
    return governor;
  }
  std::vector<ports::ConfiguredGovernor> configured;

 private:
  static tl::unexpected<Error> none() { return fail(ErrorKind::NotFound, "unknown_instance", "none"); }
};

struct GovernanceFixture {
  base::ManualClock clock;
  base::Logger logger{clock, base::LogLevel::Error, base::LogFormat::Json, "/dev/null"};
  telemetry::Metrics metrics;
  telemetry::Tracer tracer{clock};
  Governors directory;
  ChainOptions options;
  Subject subject;

  std::unique_ptr<Chain> chain() {
    auto made = std::make_unique<Chain>(options, clock, logger, metrics, tracer);
    made->load(directory);
    return made;
  }
};

constexpr std::uint32_t kMessage = static_cast<std::uint32_t>(ports::Point::BeforeModel);
constexpr std::uint32_t kAnswer = static_cast<std::uint32_t>(ports::Point::AfterModel);

}  // namespace platos::governance
