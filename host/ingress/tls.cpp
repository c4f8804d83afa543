#include "ingress/tls.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstring>

namespace platos::ingress {
namespace {

constexpr std::size_t kRecordBytes = 16 * 1024;
constexpr char kCiphers[] =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305";

std::string last_error() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason == nullptr ? "it is not valid" : reason;
}

tl::unexpected<Error> unusable(const std::string& what, const std::string& file, const std::string& why) {
  return fail(ErrorKind::FailedPrecondition, "certificate_unusable", "the " + what + " " + file + ": " + why);
}

// A client that offers protocols must find HTTP/1.1 among them; one that offers none is taken to speak it.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned offered_size, void*) {
  static constexpr unsigned char kOurs[] = "\x08http/1.1";
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, size, kOurs, sizeof kOurs - 1, offered, offered_size) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

void harden(SSL_CTX* context) {
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, kCiphers);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_PRIORITIZE_CHACHA);
  // Buffers of 16 KiB are given back between records: a stream of tokens is idle most of the time.
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  // Sessions are kept by the clients, in tickets; keeping them here, too, would only cost memory.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
}

}  // namespace

Result<std::shared_ptr<const TlsContext>> TlsContext::load(const std::string& certificate_file,
                                                           const std::string& key_file) {
  ERR_clear_error();
  auto made = std::shared_ptr<TlsContext>(new TlsContext(SSL_CTX_new(TLS_server_method())));
  SSL_CTX* context = made->context_.get();
  if (context == nullptr) return unusable("certificate", certificate_file, last_error());
  harden(context);
  // A passphrase cannot be asked for here.
  SSL_CTX_set_default_passwd_cb(context, [](char*, int, int, void*) { return 0; });
  if (SSL_CTX_use_certificate_chain_file(context, certificate_file.c_str()) != 1)
    return unusable("certificate", certificate_file, last_error());
  if (X509_cmp_current_time(X509_get0_notAfter(SSL_CTX_get0_certificate(context))) <= 0)
    return unusable("certificate", certificate_file, "it has expired");
  if (SSL_CTX_use_PrivateKey_file(context, key_file.c_str(), SSL_FILETYPE_PEM) != 1)
    return unusable("private key", key_file, last_error());
  // A key of another kind stands beside the certificate without a word.
  if (SSL_CTX_check_private_key(context) != 1)
    return unusable("private key", key_file, "it is not the certificate's: " + last_error());
  return std::shared_ptr<const TlsContext>(std::move(made));
}

// OpenSSL's own memory BIO keeps the largest buffer it ever needed, for every idle connection; this one keeps none.
const BIO_METHOD* TlsFilter::wire_method() {
  static const BIO_METHOD* const method = [] {
    BIO_METHOD* made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "bytes of a connection");
    BIO_meth_set_read(made, [](BIO* bio, char* to, int size) {
      BIO_clear_retry_flags(bio);
      auto& in = static_cast<Wire*>(BIO_get_data(bio))->in;
      const std::size_t moved = std::min(static_cast<std::size_t>(size), in.size());
      if (moved == 0) {
        BIO_set_retry_read(bio);
        return -1;
      }
      std::memcpy(to, in.data(), moved);
      in.remove_prefix(moved);
      return static_cast<int>(moved);
    });
    BIO_meth_set_write(made, [](BIO* bio, const char* from, int size) {
      static_cast<Wire*>(BIO_get_data(bio))->out->append(from, static_cast<std::size_t>(size));
      return size;
    });
    BIO_meth_set_ctrl(made, [](BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1L : 0L; });
    BIO_meth_set_create(made, [](BIO* bio) {
      BIO_set_init(bio, 1);
      return 1;
    });
    return made;
  }();
  return method;
}

TlsFilter::TlsFilter(std::shared_ptr<const TlsContext> context)
    : context_(std::move(context)), tls_(SSL_new(context_->context_.get())) {
  BIO* bio = tls_ ? BIO_new(wire_method()) : nullptr;
  if (bio == nullptr) throw std::bad_alloc();
  BIO_set_data(bio, &wire_);
  SSL_set_bio(tls_.get(), bio, bio);
  SSL_set_accept_state(tls_.get());
}

TlsFilter::State TlsFilter::receive(std::string_view bytes, std::string& plain, std::string& wire) {
  wire_ = {bytes, &wire};
  ERR_clear_error();
  if (state_ == State::Greeting) {
    const int outcome = SSL_do_handshake(tls_.get());
    if (outcome != 1) return judge(outcome);
    state_ = State::Open;
  }
  while (state_ == State::Open) {
    const std::size_t before = plain.size();
    plain.resize(before + kRecordBytes);
    std::size_t got = 0;
    const int outcome = SSL_read_ex(tls_.get(), plain.data() + before, kRecordBytes, &got);
    plain.resize(before + got);
    if (outcome != 1) return judge(outcome);
  }
  return state_;
}

TlsFilter::State TlsFilter::send(std::string_view plain, std::string& wire) {
  if (state_ != State::Open && state_ != State::Ended) return state_;
  wire_ = {{}, &wire};
  ERR_clear_error();
  std::size_t taken = 0;
  // Nothing ever keeps it from writing: either all is taken or the connection is broken.
  const int outcome = plain.empty() ? 1 : SSL_write_ex(tls_.get(), plain.data(), plain.size(), &taken);
  return outcome == 1 ? state_ : judge(outcome);
}

void TlsFilter::end(std::string& wire) {
  if (state_ != State::Open && state_ != State::Ended) return;
  wire_ = {{}, &wire};
  SSL_shutdown(tls_.get());
  ERR_clear_error();
}

TlsFilter::State TlsFilter::judge(int outcome) {
  switch (SSL_get_error(tls_.get(), outcome)) {
    case SSL_ERROR_WANT_READ: break;
    case SSL_ERROR_ZERO_RETURN: state_ = State::Ended; break;
    default: state_ = State::Broken; break;
  }
  ERR_clear_error();
  return state_;
}

}  // namespace platos::ingress
