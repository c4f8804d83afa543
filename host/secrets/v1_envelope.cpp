#include "secrets/v1_envelope.hpp"

#include <openssl/evp.h>

#include <memory>

#include "base/text.hpp"
#include "secrets/cipher.hpp"

namespace platos::secrets {
namespace {

constexpr std::size_t kV1NonceBytes = 16;
constexpr std::size_t kV1TagBytes = 16;

/// Standard base64 with padding; nullopt when it is not that.
std::optional<std::string> decoded(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0) return std::nullopt;
  std::string out(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  // OpenSSL counts the padding as bytes.
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  out.resize(static_cast<std::size_t>(size) - padding);
  return out;
}

const unsigned char* raw(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

std::optional<std::string> decrypted(const Secret& key, std::string_view packed) {
  if (packed.size() < kV1NonceBytes + kV1TagBytes) return std::nullopt;
  std::string tag(packed.substr(kV1NonceBytes, kV1TagBytes));
  const std::string_view body = packed.substr(kV1NonceBytes + kV1TagBytes);
  std::string text(body.size(), '\0');
  auto* out = reinterpret_cast<unsigned char*>(text.data());
  int length = 0;
  const std::unique_ptr<EVP_CIPHER_CTX, void (*)(EVP_CIPHER_CTX*)> context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  const bool opened = EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, nullptr, nullptr) == 1 &&
                      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_IVLEN, kV1NonceBytes, nullptr) == 1 &&
                      EVP_DecryptInit_ex(context.get(), nullptr, nullptr, raw(key.view()), raw(packed)) == 1 &&
                      EVP_DecryptUpdate(context.get(), out, &length, raw(body), static_cast<int>(body.size())) == 1 &&
                      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kV1TagBytes, tag.data()) == 1 &&
                      EVP_DecryptFinal_ex(context.get(), out + length, &length) == 1;
  return opened ? std::optional(std::move(text)) : std::nullopt;
}

}  // namespace

Result<void> V1Keys::set(std::int64_t version, std::string_view key) {
  std::optional<std::string> bytes;
  if (key.size() == 2 * kKeyBytes) bytes = base::from_hex(key);
  if (key.size() == kKeyBytes) bytes = std::string(key);
  if (!bytes) {
    return fail(ErrorKind::InvalidArgument, "invalid_key",
                "the key of version " + std::to_string(version) + ": expected 64 hex digits or 32 bytes, found " +
                    std::to_string(key.size()) + " bytes");
  }
  keys_.insert_or_assign(version, Secret(*bytes));
  base::wipe(*bytes);
  return {};
}

Result<std::string> V1Keys::open(std::int64_t version, std::string_view packed) const {
  const auto key = keys_.find(version);
  if (key == keys_.end()) {
    return fail(ErrorKind::FailedPrecondition, "key_missing",
                "a text was sealed by key version " + std::to_string(version) + ", which is not given");
  }
  const auto bytes = decoded(packed);
  auto text = bytes ? decrypted(key->second, *bytes) : std::nullopt;
  if (text) return *text;
  return fail(ErrorKind::DataLoss, "envelope_unreadable",
              bytes ? "a text does not open: it was changed, or key version " + std::to_string(version) + " is another"
                    : "a sealed text is not base64");
}

}  // namespace platos::secrets
