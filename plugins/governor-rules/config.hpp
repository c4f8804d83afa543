// The operator's configuration of an instance.
#pragma once

#include <string_view>

#include "rule_set.hpp"

namespace platos::governor_rules {

/// Throws sdk::Error(INVALID_ARGUMENT), which names the member, what was expected and what was found.
RuleSet parse_config(std::string_view config_json);

}  // namespace platos::governor_rules
