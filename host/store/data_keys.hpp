// Wrapped data keys: one or more for each organization.
#pragma once

#include <string_view>
#include <vector>

#include "model/scope.hpp"
#include "secrets/key_ring.hpp"
#include "store/session.hpp"

namespace platos::store {

/// A view on a session; made where it is used. Throws SqlError.
class DataKeys {
 public:
  explicit DataKeys(Session& session) : session_(session) {}

  void insert(const model::SystemScope&, const secrets::WrappedKey& key, std::int64_t now_us);
  /// Those of the organization, and the one with the number.
  std::vector<secrets::WrappedKey> find(const model::SystemScope&, std::string_view organization_id,
                                        std::int64_t number);
  /// Up to `limit` keys that another master wrapped.
  std::vector<secrets::WrappedKey> wrapped_by_others(const model::SystemScope&, const std::string& master_id,
                                                     std::int64_t limit);
  /// Replaces the wrapping. False when another host did it meanwhile.
  [[nodiscard]] bool rewrap(const model::SystemScope&, const secrets::WrappedKey& key,
                            const std::string& former_master);
  std::vector<std::string> organizations_without(const model::SystemScope&);
  std::vector<secrets::WrappedKey> all(const model::SystemScope&);
  bool any(const model::SystemScope&);

 private:
  Session& session_;
};

}  // namespace platos::store
