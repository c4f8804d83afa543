// A certificate authority of a test, and the certificates that it issues.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <cstdint>
#include <memory>
#include <string>

namespace platos::tests {

class Authority {
 public:
  using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
  using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
  struct Issued {
    Key key;
    Certificate certificate;
  };

  Authority();

  /// `name`: an address or a DNS name. Negative seconds: it has expired.
  Issued issue(const std::string& name, std::int64_t valid_s = 90LL * 24 * 3600) const;
  /// PEM of what trusts it.
  void write(const std::string& file) const;

 private:
  Key key_;
  Certificate certificate_;
};

void write_certificate(const std::string& file, X509* certificate);
void write_key(const std::string& file, EVP_PKEY* key);

}  // namespace platos::tests
