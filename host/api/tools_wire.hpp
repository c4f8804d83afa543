// Tools, their calls and their rules as clients see them.
#pragma once

#include "model/json.hpp"
#include "store/tool_audit.hpp"
#include "store/tool_calls.hpp"
#include "tools/administration.hpp"
#include "tools/trials.hpp"

namespace platos::api {

/// {params | arguments | args, agentId?, context?, confirm?}: all but the tool and the caller. InvalidArgument
/// "invalid_field".
Result<tools::Trial> read_trial(const model::Json& body);

/// `source`: an instance, or an entity by the id that the customer chose; empty: any.
bool is_of_source(const tools::ListedTool& each, const std::string& source);

model::Json to_wire(const tools::ListedTool& listed);
/// With what is known of past calls; null members when there were none.
model::Json to_wire(const store::ToolHealth& health);
/// Arguments and result are null where they were not read.
model::Json to_wire(const store::ToolAuditRow& row, bool with_texts);
model::Json to_wire(const store::LedgerRow& row);
model::Json to_wire(const tools::DryRun& run);

}  // namespace platos::api
