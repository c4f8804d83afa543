// Handing mails to the operator's mail server by SMTP (RFC 5321), with TLS and a password where they are asked for.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/cancellation.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "egress/client.hpp"
#include "egress/mail.hpp"
#include "secrets/secret.hpp"

namespace platos::egress {

enum class MailSecurity { Unspecified, StartTls, Tls, None };

struct MailServer {
  std::string host;  ///< empty: there is none
  std::uint16_t port = 587;
  MailSecurity security = MailSecurity::StartTls;  ///< None: for a server on this machine
  std::string user;                                ///< empty: no AUTH
  std::shared_ptr<const secrets::Secret> password;
  std::string ca_file;  ///< PEM with the authorities to trust; empty: the system's
  std::int64_t connect_timeout_ms = 10'000;
  std::int64_t silence_timeout_ms = 30'000;
};

class MailConnection;

/// Bound to its loop. Each mail has a connection of its own; it is never sent again.
///
/// What an error says of the mail, for a caller that must not send twice:
///   FailedPrecondition "mail_not_sent"  certain: not sent. Configuration, TLS, password, or a final refusal (5xx).
///   Aborted "mail_not_sent"             certain: not sent. It may go later: not reached, silent, cut, 4xx, cancelled.
///   Unavailable, Deadline, Cancelled "mail_in_doubt"  its last byte may have left, and no answer came.
class MailClient {
 public:
  /// `client` looks up names. Both must outlive it.
  MailClient(base::Loop& loop, Client& client, MailServer server);
  ~MailClient();
  MailClient(const MailClient&) = delete;
  MailClient& operator=(const MailClient&) = delete;

  const MailServer& server() const { return server_; }

  /// Gives `message`, from mail_text(), to the server for these recipients: for all of them or for none. `from` and
  /// `recipients` are addresses.
  Task<Result<void>> send(std::string from, std::vector<std::string> recipients, std::string message,
                          base::CancelToken cancel);

 private:
  struct Features;
  struct Outgoing;
  Task<Result<std::unique_ptr<MailConnection>>> connect(base::CancelToken cancel);
  Task<Result<Features>> greet(MailConnection& connection);
  Task<Result<Features>> ask_features(MailConnection& connection);
  Task<Result<void>> log_in(MailConnection& connection, const Features& features);
  Task<Result<void>> open_envelope(MailConnection& connection, const Features& features, const Outgoing& mail);
  Task<Result<void>> hand_over(MailConnection& connection, const Outgoing& mail, bool& in_doubt);
  Task<Result<void>> talk(MailConnection& connection, const Outgoing& mail, bool& in_doubt);
  Result<const TlsContext*> tls();

  base::Loop& loop_;
  Client& client_;
  MailServer server_;
  std::unique_ptr<TlsContext> tls_;  // made when first used
};

}  // namespace platos::egress
