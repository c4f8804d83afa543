// A mail server on a free port that keeps what it gets, and misbehaves where a test says so.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace platos::tests {

struct SmtpOptions {
  std::string certificate_name = "127.0.0.1";
  bool implicit_tls = false;
  bool offers_starttls = true;
  std::string auth = "PLAIN LOGIN";  ///< empty: none offered
  std::string user = "agent";
  std::string password = "letter-box-37";
  std::uint64_t max_bytes = 0;  ///< 0: SIZE is not offered
  /// By step: "CONNECT", a command's first word, or "." for the end of the mail.
  std::map<std::string, std::string> replies = {};  ///< in place of the usual one
  std::string cut_at = {};                          ///< closes in place of a reply
  std::string cut_in_body = {};                     ///< closes when a line of the mail holds this
  std::string silent_at = {};                       ///< waits there until the client goes
  bool speaks_early = false;                        ///< a second reply in the clear, right behind that to STARTTLS
};

struct SmtpMail {
  std::string from;
  std::vector<std::string> to;
  std::string text;  ///< as it came, without the stuffed points
};

/// Its connections are served one after the other, on a thread of its own. Internally synchronised.
class SmtpSink {
 public:
  /// The PEM that trusts it goes to `ca_file`.
  explicit SmtpSink(const std::string& ca_file, SmtpOptions options = {});
  ~SmtpSink();
  SmtpSink(const SmtpSink&) = delete;
  SmtpSink& operator=(const SmtpSink&) = delete;

  std::uint16_t port() const { return port_; }
  std::vector<SmtpMail> mails() const;
  /// All command lines so far; those that came by TLS begin with "tls ".
  std::vector<std::string> commands() const;
  /// Blocks until a client stands at `silent_at`.
  void wait_until_silent() const;

 private:
  struct Session;
  void serve();
  void talk(Session& session);
  bool handle(Session& session, const std::string& line);
  bool log_in(Session& session, const std::string& line);
  bool take_body(Session& session);
  bool answer(Session& session, const std::string& step, const std::string& usual);
  std::string features(bool encrypted) const;

  SmtpOptions options_;
  std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> open_{-1};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> silent_{false};
  mutable std::mutex mutex_;
  std::vector<SmtpMail> mails_;
  std::vector<std::string> commands_;
  std::thread thread_;
};

}  // namespace platos::tests
