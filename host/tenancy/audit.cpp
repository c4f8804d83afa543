#include "tenancy/audit.hpp"

#include <nlohmann/json.hpp>

#include "store/audit.hpp"
#include "tenancy/tenant.hpp"

namespace platos::tenancy {

void write_audit(store::Session& session, base::IdMaker& ids, const model::Principal& who, const std::string& action,
                 const std::string& subject, const model::Json& detail, std::int64_t now_us) {
  model::AuditEntry entry;
  entry.id = ids.make("aud");
  entry.organization_id = who.scope.organization_id;
  entry.environment_id = who.scope.environment_id;
  entry.actor = who.actor + (who.user_id.empty() ? "" : " as " + who.user_id);
  entry.action = action;
  entry.subject = subject;
  entry.detail_json = model::dump(detail);
  entry.address = who.address;
  entry.request_id = who.request_id;
  entry.created_us = now_us;
  store::AuditLog(session).append(Tenant::across(), entry);
}

}  // namespace platos::tenancy
