#include "governance/ledger.hpp"

namespace platos::governance {

void keep(engine::Run& run, const Subject& subject, const std::vector<Finding>& findings, const std::string& part) {
  if (findings.empty()) return;
  run.store([scope = run.record().scope,
             rows = ledger_rows(subject, findings, part, run.now_us())](store::Session& session) -> Result<void> {
    for (const auto& row : rows) store::SafetyEvents(session).insert(scope, row);
    return {};
  });
}

}  // namespace platos::governance
