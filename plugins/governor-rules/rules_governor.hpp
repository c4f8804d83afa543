// One configured instance of the governor.
#pragma once

#include "platos/cpp/governor.hpp"
#include "rule_set.hpp"

namespace platos::governor_rules {

/// Immutable, so checks on different threads share it.
class RulesGovernor final : public sdk::Governor {
 public:
  /// Throws sdk::Error(INVALID_ARGUMENT) on a bad configuration.
  RulesGovernor(sdk::Host host, std::string_view config_json);

  std::uint32_t points() const noexcept override;
  std::unique_ptr<sdk::Check> begin(sdk::Call call, std::uint32_t point, std::string_view subject_json) override;

 private:
  RuleSet rules_;
};

}  // namespace platos::governor_rules
