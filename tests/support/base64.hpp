// Base64 by OpenSSL, for tests that link OpenSSL::Crypto.
#pragma once

#include <openssl/evp.h>

#include <string>

namespace platos::tests {

inline std::string base64_of(const std::string& bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

}  // namespace platos::tests
