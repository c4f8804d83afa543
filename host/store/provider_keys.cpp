#include "store/provider_keys.hpp"

#include "store/rows.hpp"

#define PLATOS_KEY_COLUMNS "id, provider, label, variable, is_default, created_by, created_us, last_used_us"

namespace platos::store {
namespace {

using model::ProviderKey;
using model::ProviderSetting;
using model::Scope;

ProviderKey read_provider_key(const Row& row) {
  ProviderKey key;
  key.id = row.text(0);
  key.provider = row.text(1);
  key.label = row.text(2);
  key.variable = row.text(3);
  key.is_default = row.integer(4) != 0;
  key.created_by = row.text(5);
  key.created_us = row.integer(6);
  key.last_used_us = row.integer(7);
  return key;
}

ProviderSetting read_provider_setting(const Row& row) {
  ProviderSetting setting;
  setting.provider = row.text(0);
  if (!row.is_null(1)) setting.enabled = row.integer(1) != 0;
  setting.linked_us = row.integer(2);
  return setting;
}

}  // namespace

void ProviderKeys::insert(const Scope& scope, const ProviderKey& key) {
  session_.execute(scope,
                   "INSERT INTO provider_keys (id, env_id, provider, label, variable, is_default, created_by, "
                   "created_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                   {key.id, scope.environment_id, key.provider, key.label, key.variable, std::int64_t{key.is_default},
                    key.created_by, key.created_us});
}

std::optional<ProviderKey> ProviderKeys::find(const Scope& scope, const std::string& id) {
  return first_row<ProviderKey>(session_, scope,
                                "SELECT " PLATOS_KEY_COLUMNS " FROM provider_keys WHERE env_id = $1 AND id = $2",
                                {scope.environment_id, id}, read_provider_key);
}

std::optional<ProviderKey> ProviderKeys::find_default(const Scope& scope, const std::string& provider) {
  return first_row<ProviderKey>(session_, scope,
                                "SELECT " PLATOS_KEY_COLUMNS
                                " FROM provider_keys WHERE env_id = $1 AND provider = $2 AND is_default = 1",
                                {scope.environment_id, provider}, read_provider_key);
}

std::vector<ProviderKey> ProviderKeys::list(const Scope& scope) {
  return all_rows<ProviderKey>(session_, scope,
                               "SELECT " PLATOS_KEY_COLUMNS
                               " FROM provider_keys WHERE env_id = $1 ORDER BY provider, created_us, id",
                               {scope.environment_id}, read_provider_key);
}

void ProviderKeys::update(const Scope& scope, const ProviderKey& key) {
  session_.execute(scope, "UPDATE provider_keys SET label = $1, is_default = $2 WHERE env_id = $3 AND id = $4",
                   {key.label, std::int64_t{key.is_default}, scope.environment_id, key.id});
}

void ProviderKeys::clear_default(const Scope& scope, const std::string& provider) {
  session_.execute(scope, "UPDATE provider_keys SET is_default = 0 WHERE env_id = $1 AND provider = $2",
                   {scope.environment_id, provider});
}

void ProviderKeys::note_use(const Scope& scope, const std::string& id, std::int64_t now_us) {
  session_.execute(scope, "UPDATE provider_keys SET last_used_us = $1 WHERE env_id = $2 AND id = $3",
                   {now_us, scope.environment_id, id});
}

bool ProviderKeys::remove(const Scope& scope, const std::string& id) {
  return session_.execute(scope, "DELETE FROM provider_keys WHERE env_id = $1 AND id = $2",
                          {scope.environment_id, id}) > 0;
}

std::vector<ProviderSetting> ProviderKeys::settings(const Scope& scope) {
  return all_rows<ProviderSetting>(session_, scope,
                                   "SELECT provider, is_enabled, linked_us FROM provider_settings WHERE env_id = $1",
                                   {scope.environment_id}, read_provider_setting);
}

std::optional<ProviderSetting> ProviderKeys::setting(const Scope& scope, const std::string& provider) {
  return first_row<ProviderSetting>(
      session_, scope,
      "SELECT provider, is_enabled, linked_us FROM provider_settings WHERE env_id = $1 AND provider = $2",
      {scope.environment_id, provider}, read_provider_setting);
}

void ProviderKeys::put_setting(const Scope& scope, const ProviderSetting& setting) {
  const Param enabled = setting.enabled ? Param(std::int64_t{*setting.enabled}) : Param(nullptr);
  const Param linked = setting.linked_us == 0 ? Param(nullptr) : Param(setting.linked_us);
  session_.execute(scope,
                   "INSERT INTO provider_settings (env_id, provider, is_enabled, linked_us) VALUES ($1, $2, $3, $4) "
                   "ON CONFLICT (env_id, provider) DO UPDATE SET is_enabled = excluded.is_enabled, linked_us = "
                   "excluded.linked_us",
                   {scope.environment_id, setting.provider, enabled, linked});
}

}  // namespace platos::store
