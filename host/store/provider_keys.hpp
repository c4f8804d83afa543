// Which keys of which model providers an environment has, and which providers it uses.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/provider.hpp"
#include "model/scope.hpp"
#include "store/session.hpp"

namespace platos::store {

/// A view on a session; made where it is used. Throws SqlError.
class ProviderKeys {
 public:
  explicit ProviderKeys(Session& session) : session_(session) {}

  void insert(const model::Scope& scope, const model::ProviderKey& key);
  std::optional<model::ProviderKey> find(const model::Scope& scope, const std::string& id);
  std::optional<model::ProviderKey> find_default(const model::Scope& scope, const std::string& provider);
  /// By provider and age.
  std::vector<model::ProviderKey> list(const model::Scope& scope);
  /// Label and default.
  void update(const model::Scope& scope, const model::ProviderKey& key);
  void clear_default(const model::Scope& scope, const std::string& provider);
  void note_use(const model::Scope& scope, const std::string& id, std::int64_t now_us);
  bool remove(const model::Scope& scope, const std::string& id);

  std::vector<model::ProviderSetting> settings(const model::Scope& scope);
  std::optional<model::ProviderSetting> setting(const model::Scope& scope, const std::string& provider);
  void put_setting(const model::Scope& scope, const model::ProviderSetting& setting);

 private:
  Session& session_;
};

}  // namespace platos::store
