// The operator's conditions.
#pragma once

#include <vector>

#include "condition.hpp"
#include "config_reader.hpp"

namespace platos::governor_rules {

/// Throws sdk::Error(INVALID_ARGUMENT).
std::vector<Condition> read_conditions(const ConfigValue& value);

}  // namespace platos::governor_rules
