#include "pii_governor.hpp"

#include "json_check.hpp"

namespace platos::governor_pii {

PiiGovernor::PiiGovernor(sdk::Host host, std::string_view config_json)
    : Governor(host),
      config_(parse_config(config_json)),
      policy_(config_.policy_with(config_.injection)),
      policy_of_results_(config_.policy_with(config_.injection_in_results)),
      policy_of_output_(config_.policy_with(config_.injection_in_output)) {
  recognisers_.pii.push_back(&pii_);
  for (const CustomPattern& pattern : config_.custom) recognisers_.pii.push_back(pattern.recogniser.get());
  recognisers_.injection.push_back(&injection_);
}

std::unique_ptr<sdk::Check> PiiGovernor::begin(sdk::Call, std::uint32_t point, std::string_view) {
  switch (point) {
    case PLATOS_POINT_BEFORE_MODEL:
    case PLATOS_POINT_BEFORE_MEMORY_WRITE: return std::make_unique<TextCheck>(config_, policy_, recognisers_);
    case PLATOS_POINT_AFTER_MODEL: return std::make_unique<TextCheck>(config_, policy_of_output_, recognisers_);
    case PLATOS_POINT_BEFORE_TOOL: return std::make_unique<JsonCheck>(config_, policy_, recognisers_);
    case PLATOS_POINT_AFTER_TOOL: return std::make_unique<JsonCheck>(config_, policy_of_results_, recognisers_);
    default:
      throw sdk::Error(PLATOS_UNIMPLEMENTED, "governor-pii has nothing to check at point " + std::to_string(point));
  }
}

}  // namespace platos::governor_pii
