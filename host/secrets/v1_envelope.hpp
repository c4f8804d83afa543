// What the first Platos sealed: for moving its data here. Nothing is written in this form.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "secrets/secret.hpp"

namespace platos::secrets {

/// Its keys, by version. Immutable after set(); then any thread may open.
class V1Keys {
 public:
  /// 64 hex digits, or 32 bytes. InvalidArgument "invalid_key" tells how long it is, not what it is.
  Result<void> set(std::int64_t version, std::string_view key);
  bool has(std::int64_t version) const { return keys_.count(version) != 0; }

  /// `packed`: base64 of a nonce of 16 bytes, a tag of 16, and the AES-256-GCM ciphertext, bound to nothing.
  /// FailedPrecondition "key_missing" names the version; DataLoss "envelope_unreadable".
  Result<std::string> open(std::int64_t version, std::string_view packed) const;

 private:
  std::map<std::int64_t, Secret> keys_;
};

}  // namespace platos::secrets
