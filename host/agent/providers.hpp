// Model providers as an environment sees them: its own keys and addresses before the operator's.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/loop.hpp"
#include "base/task.hpp"
#include "model/provider.hpp"
#include "model/scope.hpp"
#include "ports/plugin_directory.hpp"
#include "ports/provider_directory.hpp"
#include "store/database.hpp"

namespace platos::agent {

struct VariableState {
  std::string name;
  bool set = false;
};

/// One provider in one environment.
struct ProviderState {
  ports::ProviderDescription provider;
  std::vector<VariableState> required;
  std::vector<VariableState> optional;
  bool ready = false;    ///< a call would find its keys: the environment's or the operator's
  bool enabled = false;  ///< as the environment said, else whether it is ready
  bool linked = false;
  std::int64_t linked_us = 0;
};

struct ProviderKeyState {
  model::ProviderKey key;
  bool variable_set = false;
};

struct NewProviderKey {
  std::string provider;
  std::string label;
  std::string variable;
  std::string value;  ///< empty: the variable stands already, or will
  bool is_default = false;
};

struct ProviderKeyPatch {
  std::optional<std::string> label;
  std::optional<bool> is_default;
};

/// Internally synchronised. What a call resolved to is remembered for 5 s, which is how long another host's change may
/// take to be seen here; changes of this host hold at once. All writes leave a row in the audit.
class Providers {
 public:
  Providers(const ports::PluginDirectory& plugins, const ports::ProviderDirectory& directory, store::Database& database,
            base::IdMaker& ids)
      : plugins_(plugins), directory_(directory), database_(database), ids_(ids) {}

  /// The provider for a model call. The key is, in order: the pinned one (`key_id`), the environment's default one, the
  /// environment's variable of the name that the instance file has, the operator's. An address that the environment set
  /// goes with the environment's keys only. FailedPrecondition "provider_disabled", "provider_key_missing",
  /// "secret_unbound"; and what the directory says.
  Task<Result<std::shared_ptr<ports::ChatProvider>>> link(base::Loop& loop, model::Scope scope, std::string instance,
                                                          std::string key_id);
  /// Variables of an environment changed.
  void forget();
  /// Another number whenever something changed here that a call might go by.
  std::uint64_t generation() const;

  Task<Result<std::vector<ProviderState>>> states(base::Loop& loop, model::Scope scope);
  /// NotFound "provider_not_found" holds for all that name one.
  Task<Result<ProviderState>> state(base::Loop& loop, model::Scope scope, std::string provider);
  /// Absent members stay.
  Task<Result<ProviderState>> set(base::Loop& loop, model::Principal who, std::string provider,
                                  std::optional<bool> linked, std::optional<bool> enabled);

  Task<Result<std::vector<ProviderKeyState>>> keys(base::Loop& loop, model::Scope scope);
  /// Conflict "provider_key_exists" when the variable is a key of the provider already; InvalidArgument
  /// "invalid_field".
  Task<Result<ProviderKeyState>> add_key(base::Loop& loop, model::Principal who, NewProviderKey wanted);
  /// NotFound "provider_key_not_found".
  Task<Result<ProviderKeyState>> update_key(base::Loop& loop, model::Principal who, std::string id,
                                            ProviderKeyPatch patch);
  /// Conflict "provider_key_pinned" names agents that are bound to it. The variable stays.
  Task<Result<void>> remove_key(base::Loop& loop, model::Principal who, std::string id);

 private:
  struct Known {
    std::shared_ptr<ports::ChatProvider> provider;
    std::int64_t until_us = 0;
  };
  struct Found;
  std::optional<ports::ProviderDescription> describe(const std::string& provider) const;
  ProviderState state_in(store::Session& session, const model::Scope& scope,
                         const ports::ProviderDescription& provider) const;
  Result<std::shared_ptr<ports::ChatProvider>> connect(const std::string& instance, const Found& found) const;
  void note_use(base::Loop& loop, const model::Scope& scope, const model::ProviderKey& key);

  const ports::PluginDirectory& plugins_;
  const ports::ProviderDirectory& directory_;
  store::Database& database_;
  base::IdMaker& ids_;
  mutable std::mutex mutex_;
  std::uint64_t generation_ = 0;
  std::map<std::string, Known, std::less<>> known_;
};

}  // namespace platos::agent
