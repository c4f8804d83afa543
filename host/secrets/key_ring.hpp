// Envelope encryption: a master key outside of the database wraps one data key for each organization inside of it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "secrets/secret.hpp"

namespace platos::secrets {

/// A data key as it stands in the database.
struct WrappedKey {
  std::int64_t number = 0;  ///< unique in the database; stands in every text that the key sealed
  std::string organization_id;
  std::string master_id;  ///< which master key wrapped it
  std::string wrapped;
};

/// Where a sealed text stands. It is bound to it: a ciphertext moved to another row, column, table or tenant does not
/// open. Borrowed.
struct Place {
  std::string_view column;  ///< "messages.content"
  std::string_view tenant;  ///< the environment's id, or the organization's
  std::string_view row;     ///< the row's id
};

/// Internally synchronised.
///
/// A sealed text is: data key's number (4 bytes, big-endian), nonce, ciphertext, tag.
class KeyRing {
 public:
  /// `master` holds 32 bytes; `former` are masters that may still have wrapped keys.
  explicit KeyRing(Secret master, std::vector<Secret> former = {});
  ~KeyRing();

  /// A fresh data key, wrapped by the current master; not used before add(). Its number is random: hosts give numbers
  /// without asking each other, and none is given again after a transaction that was undone.
  WrappedKey make(const std::string& organization_id) const;
  /// FailedPrecondition "master_key_missing" when none of the masters wrapped it; DataLoss "data_key_unreadable" when
  /// it does not open.
  Result<void> add(const WrappedKey& key);
  /// The same key, wrapped by the current master. Errors: add().
  Result<WrappedKey> rewrap(const WrappedKey& key) const;

  bool knows(std::int64_t number) const;
  bool has_key_for(std::string_view organization_id) const;
  /// What wraps from now on.
  void adopt(Secret master);
  std::string master_id() const;
  /// The masters that are known beside the current one.
  std::vector<std::string> former_ids() const;

  /// With one of the organization's keys, always the same. Precondition: has_key_for().
  std::string seal(std::string_view organization_id, const Place& place, std::string_view text) const;
  /// DataLoss "data_unreadable" when it is not what was sealed there; FailedPrecondition "data_key_unknown".
  Result<std::string> open(const Place& place, std::string_view sealed) const;
  /// HMAC key for tokens of an index: made of the organization's first data key, so that it stays when others follow.
  /// Precondition: has_key_for().
  std::string token_key(std::string_view organization_id) const;
  /// The number of the data key that sealed a text; 0 when it is too short to be one.
  static std::int64_t number_in(std::string_view sealed);

 private:
  struct DataKey;
  Result<Secret> unwrap(const WrappedKey& key) const;
  std::string master_id_;
  std::map<std::string, Secret> masters_;
  mutable std::shared_mutex mutex_;
  std::map<std::int64_t, std::shared_ptr<const DataKey>> keys_;
  std::map<std::string, std::shared_ptr<const DataKey>, std::less<>> newest_;
  std::map<std::string, std::shared_ptr<const DataKey>, std::less<>> first_;
};

/// Names a master key without telling it: the beginning of a hash.
std::string master_key_id(const Secret& master);

}  // namespace platos::secrets
