#include "support/authority.hpp"

#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <stdexcept>

namespace platos::tests {
namespace {

using Certificate = Authority::Certificate;
using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

File open_file(const std::string& path) {
  File file(std::fopen(path.c_str(), "w"), &std::fclose);
  if (!file) throw std::runtime_error("cannot write " + path);
  return file;
}

void add(X509* certificate, int kind, const std::string& value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  if (extension == nullptr) throw std::runtime_error("no extension " + value);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

Certificate begin(EVP_PKEY* key, const std::string& name, std::int64_t valid_s) {
  Certificate certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), 2);
  unsigned char serial[16];
  RAND_bytes(serial, sizeof serial);
  serial[0] = 0x01;
  BIGNUM* number = BN_bin2bn(serial, sizeof serial, nullptr);
  BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate.get()));
  BN_free(number);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), static_cast<long>(valid_s));
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  return certificate;
}

}  // namespace

Authority::Authority()
    : key_(EVP_EC_gen("P-256"), EVP_PKEY_free), certificate_(begin(key_.get(), "tests' authority", 24LL * 3600)) {
  X509_set_issuer_name(certificate_.get(), X509_get_subject_name(certificate_.get()));
  add(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  add(certificate_.get(), NID_key_usage, "critical,keyCertSign,cRLSign");
  if (X509_sign(certificate_.get(), key_.get(), EVP_sha256()) == 0) throw std::runtime_error("not signed");
}

Authority::Issued Authority::issue(const std::string& name, std::int64_t valid_s) const {
  Issued issued{{EVP_EC_gen("P-256"), EVP_PKEY_free}, {nullptr, X509_free}};
  issued.certificate = begin(issued.key.get(), name, valid_s);
  X509* certificate = issued.certificate.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(certificate_.get()));
  const bool is_address = name.find_first_not_of("0123456789.") == std::string::npos;
  add(certificate, NID_subject_alt_name, (is_address ? "IP:" : "DNS:") + name);
  add(certificate, NID_basic_constraints, "CA:FALSE");
  add(certificate, NID_key_usage, "digitalSignature");
  add(certificate, NID_ext_key_usage, "serverAuth");
  add(certificate, NID_crl_distribution_points, "URI:http://" + name + "/revoked");
  if (X509_sign(certificate, key_.get(), EVP_sha256()) == 0) throw std::runtime_error("not signed");
  return issued;
}

void Authority::write(const std::string& file) const { write_certificate(file, certificate_.get()); }

void write_certificate(const std::string& file, X509* certificate) {
  if (PEM_write_X509(open_file(file).get(), certificate) != 1) throw std::runtime_error("cannot write " + file);
}

void write_key(const std::string& file, EVP_PKEY* key) {
  if (PEM_write_PrivateKey(open_file(file).get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1)
    throw std::runtime_error("cannot write " + file);
}

}  // namespace platos::tests
