#include "secrets/key_ring.hpp"

#include <mutex>

#include "base/text.hpp"
#include "secrets/cipher.hpp"

namespace platos::secrets {
namespace {

constexpr std::size_t kNumberBytes = 4;

std::string number_bytes(std::int64_t number) {
  std::string bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>((number >> shift) & 0xFF);
  return bytes;
}

std::int64_t random_number() {
  std::int64_t number = 0;
  while (number == 0) {
    const std::string bytes = base::from_hex(base::random_hex(kNumberBytes)).value_or("");
    for (const char byte : bytes) {
      number = number << 8 | static_cast<unsigned char>(byte);
    }
    number &= 0x7FFFFFFF;
  }
  return number;
}

// Lengths keep "a" + "bc" from being "ab" + "c".
void append_part(std::string& bound, std::string_view part) {
  bound += std::to_string(part.size());
  bound += ':';
  bound += part;
}

std::string bound_of(const Place& place) {
  std::string bound = "platos sealed 1 ";
  append_part(bound, place.tenant);
  append_part(bound, place.column);
  append_part(bound, place.row);
  return bound;
}

std::string bound_of(const WrappedKey& key) {
  std::string bound = "platos data key 1 ";
  append_part(bound, key.organization_id);
  append_part(bound, std::to_string(key.number));
  return bound;
}

}  // namespace

struct KeyRing::DataKey {
  std::int64_t number;
  Secret key;
};

std::string master_key_id(const Secret& master) {
  return base::to_hex(keyed_hash(master.view(), "platos master key id")).substr(0, 16);
}

KeyRing::KeyRing(Secret master, std::vector<Secret> former) : master_id_(master_key_id(master)) {
  masters_.emplace(master_id_, std::move(master));
  for (auto& other : former) {
    std::string id = master_key_id(other);
    masters_.emplace(std::move(id), std::move(other));
  }
}

KeyRing::~KeyRing() = default;

WrappedKey KeyRing::make(const std::string& organization_id) const {
  const std::shared_lock lock(mutex_);
  WrappedKey key{random_number(), organization_id, master_id_, {}};
  key.wrapped = secrets::seal(masters_.at(master_id_), bound_of(key), random_key().view());
  return key;
}

Result<Secret> KeyRing::unwrap(const WrappedKey& key) const {
  const std::shared_lock lock(mutex_);
  const auto master = masters_.find(key.master_id);
  if (master == masters_.end()) {
    return fail(ErrorKind::FailedPrecondition, "master_key_missing",
                "data key " + std::to_string(key.number) + " was wrapped by master key " + key.master_id +
                    ", the one given is " + master_id_ +
                    "; give the master key that belongs to this database, or name it in secrets.other_master_keys");
  }
  auto opened = secrets::open(master->second, bound_of(key), key.wrapped);
  if (!opened) {
    return fail(ErrorKind::DataLoss, "data_key_unreadable",
                "data key " + std::to_string(key.number) + " does not open: its row was changed");
  }
  Secret unwrapped(*opened);
  base::wipe(*opened);
  return unwrapped;
}

void KeyRing::adopt(Secret master) {
  const std::unique_lock lock(mutex_);
  master_id_ = master_key_id(master);
  masters_.insert_or_assign(master_id_, std::move(master));
}

std::string KeyRing::master_id() const {
  const std::shared_lock lock(mutex_);
  return master_id_;
}

std::vector<std::string> KeyRing::former_ids() const {
  const std::shared_lock lock(mutex_);
  std::vector<std::string> ids;
  for (const auto& [id, master] : masters_) {
    if (id != master_id_) ids.push_back(id);
  }
  return ids;
}

Result<void> KeyRing::add(const WrappedKey& key) {
  auto unwrapped = unwrap(key);
  if (!unwrapped) return fail(unwrapped.error());
  auto added = std::make_shared<const DataKey>(DataKey{key.number, std::move(*unwrapped)});
  const std::unique_lock lock(mutex_);
  keys_[key.number] = added;
  auto& newest = newest_[key.organization_id];
  if (!newest || newest->number < key.number) newest = added;
  auto& first = first_[key.organization_id];
  if (!first || first->number > key.number) first = added;
  return {};
}

Result<WrappedKey> KeyRing::rewrap(const WrappedKey& key) const {
  const auto unwrapped = unwrap(key);
  if (!unwrapped) return fail(unwrapped.error());
  const std::shared_lock lock(mutex_);
  WrappedKey fresh{key.number, key.organization_id, master_id_, {}};
  fresh.wrapped = secrets::seal(masters_.at(master_id_), bound_of(fresh), unwrapped->view());
  return fresh;
}

bool KeyRing::knows(std::int64_t number) const {
  const std::shared_lock lock(mutex_);
  return keys_.count(number) != 0;
}

bool KeyRing::has_key_for(std::string_view organization_id) const {
  const std::shared_lock lock(mutex_);
  return newest_.find(organization_id) != newest_.end();
}

std::string KeyRing::seal(std::string_view organization_id, const Place& place, std::string_view text) const {
  std::shared_ptr<const DataKey> key;
  {
    const std::shared_lock lock(mutex_);
    key = newest_.find(organization_id)->second;
  }
  return number_bytes(key->number) + secrets::seal(key->key, bound_of(place), text);
}

std::string KeyRing::token_key(std::string_view organization_id) const {
  const std::shared_lock lock(mutex_);
  return keyed_hash(first_.find(organization_id)->second->key.view(), "platos token hash 1");
}

std::int64_t KeyRing::number_in(std::string_view sealed) {
  if (sealed.size() < kNumberBytes + kSealedOverhead) return 0;
  std::int64_t number = 0;
  for (const char byte : sealed.substr(0, kNumberBytes)) number = number << 8 | static_cast<unsigned char>(byte);
  return number;
}

Result<std::string> KeyRing::open(const Place& place, std::string_view sealed) const {
  const std::int64_t number = number_in(sealed);
  std::shared_ptr<const DataKey> key;
  {
    const std::shared_lock lock(mutex_);
    const auto found = keys_.find(number);
    if (found != keys_.end()) key = found->second;
  }
  if (!key) {
    return fail(
        ErrorKind::FailedPrecondition, "data_key_unknown",
        std::string(place.column) + " was sealed by data key " + std::to_string(number) + ", which is not here");
  }
  auto text = secrets::open(key->key, bound_of(place), sealed.substr(kNumberBytes));
  if (!text) {
    return fail(
        ErrorKind::DataLoss, "data_unreadable",
        std::string(place.column) + " of " + std::string(place.row) + " does not open: it was changed or moved");
  }
  return *text;
}

}  // namespace platos::secrets
