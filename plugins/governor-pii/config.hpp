// The configuration of one instance, read once when it is made. Its JSON Schema is in plugin.cpp.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "custom_recogniser.hpp"
#include "policy.hpp"

namespace platos::governor_pii {

/// An operator's own pattern.
struct CustomPattern {
  std::string name;
  Policy policy = Policy::Warn;
  Severity severity = Severity::Medium;
  std::shared_ptr<const CustomRecogniser> recogniser;
};

/// Immutable after parse_config(), so every check may read it.
struct Config {
  Policy pii = Policy::Warn;
  Policy injection = Policy::Block;
  Policy injection_in_results = Policy::Warn;  ///< of tools
  Policy injection_in_output = Policy::Warn;   ///< of the model, which may quote an attack to explain it
  Policy exfiltration = Policy::Warn;
  std::array<Policy, kPiiTypeCount> types{};  ///< Unspecified: as `pii`
  std::vector<CustomPattern> custom;
  std::string redact_with = "[{TYPE}]";
  std::uint32_t points = 0;  ///< sum of PLATOS_POINT_...

  /// `injection_here`: the one of the three policies that concerns the point.
  PointPolicy policy_with(Policy injection_here) const;
};

/// Reads the JSON object. Throws sdk::Error(INVALID_ARGUMENT) that names the member, what was expected and what was
/// found.
Config parse_config(std::string_view config_json);

}  // namespace platos::governor_pii
