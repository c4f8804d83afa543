// Between texts of users, models and tools and the BLOBs that they are stored as.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "secrets/key_ring.hpp"
#include "store/session.hpp"

namespace platos::store {

/// The first byte of a BLOB is its form: 1 plain, 2 sealed by a data key. What is written is sealed when there is a key
/// ring; both forms are read. Bound to the thread of its session, which outlives it.
class SealedTexts {
 public:
  explicit SealedTexts(Session& session) : session_(session) {}
  void use(secrets::KeyRing& keys) { keys_ = &keys; }

  /// Throws SqlError(Other) when the organization has no data key.
  std::string write(std::string_view organization_id, const Sealed& sealed);
  /// Throws SqlError(Corrupt) when it does not open, or its form is unknown.
  std::string read(const secrets::Place& place, std::string_view blob);
  /// Session::hash_words(). Without a key ring the hash has no key.
  std::vector<std::string> hash(const model::Scope& scope, std::string_view label,
                                const std::vector<std::string>& words);

 private:
  void load_keys(std::string_view organization_id, std::int64_t number);
  void need_key_of(std::string_view organization_id);
  Session& session_;
  secrets::KeyRing* keys_ = nullptr;
};

}  // namespace platos::store
