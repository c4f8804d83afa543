// What a person says of an approval, as clients write it.
#pragma once

#include "base/result.hpp"
#include "governance/approvals.hpp"
#include "model/json.hpp"

namespace platos::api {

/// {"approved": true or false, "comment"?, "editedArgs"?, "requestHash"?}, or as the published client has it:
/// {"response": "approve" or "reject", "reason"?}; "decision": "approve" or "deny" is the same. InvalidArgument
/// "invalid_field".
Result<governance::ApprovalDecision> decision_from_json(const model::Json& body);

}  // namespace platos::api
