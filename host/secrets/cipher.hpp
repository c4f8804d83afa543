// AES-256-GCM over whole texts, and the keys for it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "secrets/secret.hpp"

namespace platos::secrets {

inline constexpr std::size_t kKeyBytes = 32;
/// A nonce before the ciphertext, a tag behind it.
inline constexpr std::size_t kSealedOverhead = 12 + 16;

/// 32 random bytes in locked memory.
Secret random_key();

/// nonce || ciphertext || tag. `bound` is authenticated, not stored: open() needs the same. The nonce is random, so one
/// key is good for some 2^32 texts. Thread-safe. Throws std::runtime_error when OpenSSL fails, which it does not.
std::string seal(const Secret& key, std::string_view bound, std::string_view text);

/// Nullopt when the key, the bound or a byte is not what it was.
std::optional<std::string> open(const Secret& key, std::string_view bound, std::string_view sealed);

/// HMAC-SHA-256: 32 bytes.
std::string keyed_hash(std::string_view key, std::string_view text);

}  // namespace platos::secrets
