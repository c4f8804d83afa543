#include "store/sealed_texts.hpp"

#include "base/text.hpp"
#include "secrets/cipher.hpp"
#include "store/connection.hpp"
#include "store/data_keys.hpp"

namespace platos::store {
namespace {
constexpr char kPlain = 1;
constexpr char kSealed = 2;
constexpr std::size_t kHashBytes = 8;
}  // namespace

// Keys that another host made, or that no text of this process needed yet.
void SealedTexts::load_keys(std::string_view organization_id, std::int64_t number) {
  for (const auto& key : DataKeys(session_).find(Connection::everywhere(), organization_id, number)) {
    if (const auto added = keys_->add(key); !added) throw SqlError(SqlError::Kind::Corrupt, added.error().message);
  }
}

void SealedTexts::need_key_of(std::string_view organization_id) {
  if (!keys_->has_key_for(organization_id)) load_keys(organization_id, 0);
  if (keys_->has_key_for(organization_id)) return;
  throw SqlError(SqlError::Kind::Other, "organization " + std::string(organization_id) + " has no data key");
}

std::vector<std::string> SealedTexts::hash(const model::Scope& scope, std::string_view label,
                                           const std::vector<std::string>& words) {
  std::string key = scope.environment_id + '/' + std::string(label);
  if (keys_ != nullptr) {
    need_key_of(scope.organization_id);
    key = secrets::keyed_hash(keys_->token_key(scope.organization_id), key);
  }
  std::vector<std::string> hashes;
  hashes.reserve(words.size());
  for (const auto& word : words) hashes.push_back(base::to_hex(secrets::keyed_hash(key, word).substr(0, kHashBytes)));
  return hashes;
}

std::string SealedTexts::write(std::string_view organization_id, const Sealed& sealed) {
  if (keys_ == nullptr) {
    std::string blob(1, kPlain);
    return blob.append(sealed.text);
  }
  const std::string_view owner = sealed.organization_id.empty() ? organization_id : sealed.organization_id;
  need_key_of(owner);
  std::string blob(1, kSealed);
  return blob.append(keys_->seal(owner, sealed.place, sealed.text));
}

std::string SealedTexts::read(const secrets::Place& place, std::string_view blob) {
  if (blob.empty()) return {};
  if (blob.front() == kPlain) return std::string(blob.substr(1));
  if (blob.front() != kSealed) {
    throw SqlError(SqlError::Kind::Corrupt, "a stored text has form " + std::to_string(blob.front()) +
                                                "; this version reads forms 1 and 2: a newer Platos wrote it");
  }
  if (keys_ == nullptr) throw SqlError(SqlError::Kind::Corrupt, "a stored text is sealed, and there is no key");
  const std::string_view sealed = blob.substr(1);
  const std::int64_t number = secrets::KeyRing::number_in(sealed);
  if (!keys_->knows(number)) load_keys({}, number);
  auto text = keys_->open(place, sealed);
  if (!text) throw SqlError(SqlError::Kind::Corrupt, text.error().message);
  return std::move(*text);
}

}  // namespace platos::store
