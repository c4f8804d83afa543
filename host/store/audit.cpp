#include "store/audit.hpp"

namespace platos::store {
namespace {
constexpr std::string_view kDetail = "audit_log.detail";
}

void AuditLog::append(const model::SystemScope& system, const model::AuditEntry& entry) {
  session_.send(system,
                "INSERT INTO audit_log (id, org_id, env_id, actor, action, subject, detail, address, request_id, "
                "created_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
                {entry.id, entry.organization_id, entry.environment_id, entry.actor, entry.action, entry.subject,
                 Sealed{entry.detail_json, {kDetail, entry.organization_id, entry.id}, entry.organization_id},
                 entry.address, entry.request_id, entry.created_us});
}

std::vector<model::AuditEntry> AuditLog::list(const model::SystemScope& system, const std::string& organization_id,
                                              std::int64_t limit, std::int64_t offset) {
  std::vector<model::AuditEntry> entries;
  session_.query(system,
                 "SELECT id, org_id, env_id, actor, action, subject, detail, address, request_id, created_us "
                 "FROM audit_log WHERE org_id = $1 ORDER BY created_us DESC, id DESC LIMIT $2 OFFSET $3",
                 {organization_id, limit, offset}, [&](const Row& row) {
                   entries.push_back({row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.text(5),
                                      row.unsealed(6, {kDetail, organization_id, row.text(0)}), row.text(7),
                                      row.text(8), row.integer(9)});
                   return true;
                 });
  return entries;
}

std::int64_t AuditLog::count(const model::SystemScope& system, const std::string& organization_id) {
  std::int64_t total = 0;
  session_.query(system, "SELECT COUNT(*) FROM audit_log WHERE org_id = $1", {organization_id}, [&](const Row& row) {
    total = row.integer(0);
    return false;
  });
  return total;
}

}  // namespace platos::store
