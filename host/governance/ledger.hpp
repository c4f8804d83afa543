// Writing what governors found into a run's next commit.
#pragma once

#include <string>
#include <vector>

#include "engine/run.hpp"
#include "governance/audit.hpp"

namespace platos::governance {

/// Adds the findings to the safety ledger with the run's next commit. `part`: see ledger_rows().
void keep(engine::Run& run, const Subject& subject, const std::vector<Finding>& findings, const std::string& part);

}  // namespace platos::governance
