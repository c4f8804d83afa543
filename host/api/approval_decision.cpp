#include "api/approval_decision.hpp"

namespace platos::api {
namespace {

using model::Json;

// Nothing is ever approved by what somebody left out.
Result<bool> read_approved(const Json& body) {
  const auto approved = model::optional_bool(body, "approved");
  if (!approved) return fail(approved.error());
  if (*approved) return **approved;
  for (const char* name : {"response", "decision"}) {
    const auto word = model::optional_text(body, name);
    if (!word) return fail(word.error());
    if (!*word) continue;
    if (**word == "approve" || **word == "approved") return true;
    if (**word == "reject" || **word == "rejected" || **word == "deny" || **word == "denied") return false;
    return fail(model::invalid_field(name, "approve or reject", **word));
  }
  return fail(model::invalid_field("approved", "true or false (or response: approve or reject)", "nothing"));
}

}  // namespace

Result<governance::ApprovalDecision> decision_from_json(const Json& body) {
  const auto approved = read_approved(body);
  if (!approved) return fail(approved.error());
  governance::ApprovalDecision decision;
  decision.approved = *approved;
  for (const char* name : {"reason", "comment"}) {
    const auto text = model::optional_text(body, name);
    if (!text) return fail(text.error());
    if (*text) decision.comment = **text;
  }
  for (const char* name : {"edited_args", "editedArgs"}) {
    if (const auto edited = body.find(name); edited != body.end() && !edited->is_null())
      decision.edited_arguments = *edited;
  }
  const auto hash = model::optional_text(body, "requestHash");
  if (!hash) return fail(hash.error());
  decision.request_hash = hash->value_or("");
  return decision;
}

}  // namespace platos::api
