#include "secrets/cipher.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <utility>

namespace platos::secrets {
namespace {

constexpr std::size_t kNonceBytes = 12;
constexpr std::size_t kTagBytes = 16;

// Fetched once: looking an algorithm up takes longer than sealing a short text.
const EVP_CIPHER* algorithm() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
  return cipher;
}

EVP_CIPHER_CTX* context() {
  thread_local const std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> kept(EVP_CIPHER_CTX_new(),
                                                                                     EVP_CIPHER_CTX_free);
  return kept.get();
}

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(char* text) { return reinterpret_cast<unsigned char*>(text); }

void check(int done) {
  if (done != 1) throw std::runtime_error("AES-256-GCM failed");
}

/// A nonce that nobody has used. The generator is asked for many at once: each asking takes longer than sealing a short
/// text. They are no secrets, and each stands in one sealed text.
std::string_view fresh_nonce() {
  thread_local std::array<char, 64 * kNonceBytes> drawn;
  thread_local std::size_t used = drawn.size();
  if (used == drawn.size()) {
    check(RAND_bytes(bytes(drawn.data()), static_cast<int>(drawn.size())));
    used = 0;
  }
  return {drawn.data() + std::exchange(used, used + kNonceBytes), kNonceBytes};
}

/// Wipes the key from the context, whatever happens.
struct Clean {
  ~Clean() { EVP_CIPHER_CTX_reset(context()); }
};

}  // namespace

Secret random_key() {
  char key[kKeyBytes];
  check(RAND_bytes(bytes(key), sizeof key));
  Secret secret(std::string_view(key, sizeof key));
  OPENSSL_cleanse(key, sizeof key);
  return secret;
}

std::string seal(const Secret& key, std::string_view bound, std::string_view text) {
  std::string sealed(kNonceBytes + text.size() + kTagBytes, '\0');
  sealed.replace(0, kNonceBytes, fresh_nonce());
  const Clean clean;
  int length = 0;
  check(EVP_EncryptInit_ex2(context(), algorithm(), bytes(key.view()), bytes(std::string_view(sealed)), nullptr));
  check(EVP_EncryptUpdate(context(), nullptr, &length, bytes(bound), static_cast<int>(bound.size())));
  char* out = sealed.data() + kNonceBytes;
  check(EVP_EncryptUpdate(context(), bytes(out), &length, bytes(text), static_cast<int>(text.size())));
  check(EVP_EncryptFinal_ex(context(), bytes(out + length), &length));
  check(EVP_CIPHER_CTX_ctrl(context(), EVP_CTRL_GCM_GET_TAG, kTagBytes, out + text.size()));
  return sealed;
}

std::optional<std::string> open(const Secret& key, std::string_view bound, std::string_view sealed) {
  if (sealed.size() < kNonceBytes + kTagBytes || key.view().size() != kKeyBytes) return std::nullopt;
  const std::string_view body = sealed.substr(kNonceBytes, sealed.size() - kNonceBytes - kTagBytes);
  std::string tag(sealed.substr(sealed.size() - kTagBytes));
  std::string text(body.size(), '\0');
  const Clean clean;
  int length = 0;
  check(EVP_DecryptInit_ex2(context(), algorithm(), bytes(key.view()), bytes(sealed), nullptr));
  check(EVP_DecryptUpdate(context(), nullptr, &length, bytes(bound), static_cast<int>(bound.size())));
  check(EVP_DecryptUpdate(context(), bytes(text.data()), &length, bytes(body), static_cast<int>(body.size())));
  check(EVP_CIPHER_CTX_ctrl(context(), EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()));
  if (EVP_DecryptFinal_ex(context(), bytes(text.data() + length), &length) != 1) return std::nullopt;
  return text;
}

std::string keyed_hash(std::string_view key, std::string_view text) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes(text), text.size(), digest, &size) ==
      nullptr) {
    throw std::runtime_error("HMAC-SHA-256 failed");
  }
  return {reinterpret_cast<const char*>(digest), size};
}

}  // namespace platos::secrets
