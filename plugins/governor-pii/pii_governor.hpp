// One configured instance of the governor.
#pragma once

#include "injection_recogniser.hpp"
#include "pii_recogniser.hpp"
#include "platos/cpp/governor.hpp"
#include "text_check.hpp"

namespace platos::governor_pii {

/// Immutable, so checks on different threads share it.
class PiiGovernor final : public sdk::Governor {
 public:
  /// Throws sdk::Error(INVALID_ARGUMENT) on a bad configuration.
  PiiGovernor(sdk::Host host, std::string_view config_json);

  std::uint32_t points() const noexcept override { return config_.points; }
  std::unique_ptr<sdk::Check> begin(sdk::Call call, std::uint32_t point, std::string_view subject_json) override;

 private:
  Config config_;
  PointPolicy policy_;             ///< of what users, memories and tools are given
  PointPolicy policy_of_results_;  ///< of tools
  PointPolicy policy_of_output_;   ///< of the model
  PiiRecogniser pii_;
  InjectionRecogniser injection_;
  Recognisers recognisers_;
};

}  // namespace platos::governor_pii
