#include "store/data_keys.hpp"

#include "base/text.hpp"
#include "store/rows.hpp"

namespace platos::store {
namespace {

// Hex: a key is small, and text columns are alike on all engines.
secrets::WrappedKey read_wrapped(const Row& row) {
  const auto wrapped = base::from_hex(row.text(3));
  return {row.integer(0), row.text(1), row.text(2), wrapped.value_or(std::string())};
}

}  // namespace

void DataKeys::insert(const model::SystemScope& system, const secrets::WrappedKey& key, std::int64_t now_us) {
  session_.send(system,
                "INSERT INTO data_keys (number, org_id, master_id, wrapped, created_us) VALUES ($1, $2, $3, $4, $5)",
                {key.number, key.organization_id, key.master_id, base::to_hex(key.wrapped), now_us});
}

std::vector<secrets::WrappedKey> DataKeys::find(const model::SystemScope& system, std::string_view organization_id,
                                                std::int64_t number) {
  return all_rows<secrets::WrappedKey>(
      session_, system,
      "SELECT number, org_id, master_id, wrapped FROM data_keys WHERE org_id = $1 OR number = $2 "
      "ORDER BY number",
      {organization_id, number}, read_wrapped);
}

std::vector<secrets::WrappedKey> DataKeys::wrapped_by_others(const model::SystemScope& system,
                                                             const std::string& master_id, std::int64_t limit) {
  return all_rows<secrets::WrappedKey>(
      session_, system,
      "SELECT number, org_id, master_id, wrapped FROM data_keys WHERE master_id <> $1 ORDER BY number LIMIT $2",
      {master_id, limit}, read_wrapped);
}

bool DataKeys::rewrap(const model::SystemScope& system, const secrets::WrappedKey& key,
                      const std::string& former_master) {
  return session_.execute(system,
                          "UPDATE data_keys SET wrapped = $1, master_id = $2 WHERE number = $3 AND master_id = $4",
                          {base::to_hex(key.wrapped), key.master_id, key.number, former_master}) == 1;
}

std::vector<std::string> DataKeys::organizations_without(const model::SystemScope& system) {
  std::vector<std::string> ids;
  session_.query(system,
                 "SELECT id FROM organizations o WHERE NOT EXISTS (SELECT 1 FROM data_keys k WHERE k.org_id = o.id)",
                 {}, [&](const Row& row) {
                   ids.push_back(row.text(0));
                   return true;
                 });
  return ids;
}

std::vector<secrets::WrappedKey> DataKeys::all(const model::SystemScope& system) {
  return all_rows<secrets::WrappedKey>(
      session_, system, "SELECT number, org_id, master_id, wrapped FROM data_keys ORDER BY number", {}, read_wrapped);
}

bool DataKeys::any(const model::SystemScope& system) {
  bool found = false;
  session_.query(system, "SELECT 1 FROM data_keys LIMIT 1", {}, [&](const Row&) {
    found = true;
    return false;
  });
  return found;
}

}  // namespace platos::store
