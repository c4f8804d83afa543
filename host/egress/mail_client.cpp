#include "egress/mail_client.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "egress/channel.hpp"
#include "egress/mail_connection.hpp"
#include "egress/mail_encoding.hpp"

namespace platos::egress {
namespace {

constexpr const char* kNotSent = "mail_not_sent";

tl::unexpected<Error> refused_for_good(const std::string& why) {
  return fail(ErrorKind::FailedPrecondition, kNotSent, "the mail was not sent: " + why);
}

// Whatever the reply to `what` was, the mail did not go; whether it may later is what the first digit says.
tl::unexpected<Error> refused(const std::string& what, const MailReply& reply) {
  const std::string why = "the mail server refused " + what + ": " + reply.shown();
  if (reply.is_permanent()) return refused_for_good(why);
  return fail(ErrorKind::Aborted, kNotSent, "the mail was not sent: " + why);
}

Error judged(Error error, bool in_doubt) {
  if (error.code == kNotSent) return error;
  if (!in_doubt) {
    const bool for_good = error.kind == ErrorKind::FailedPrecondition || error.kind == ErrorKind::Internal;
    error.kind = for_good ? ErrorKind::FailedPrecondition : ErrorKind::Aborted;
    error.message = "the mail was not sent: " + error.message;
    error.code = kNotSent;
    return error;
  }
  if (error.kind != ErrorKind::Deadline && error.kind != ErrorKind::Cancelled) error.kind = ErrorKind::Unavailable;
  error.code = "mail_in_doubt";
  error.message = "nobody knows whether the mail was sent: " + error.message;
  error.retryable = false;
  return error;
}

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  for (const auto word : base::split(line, ' ')) {
    if (!word.empty()) words.push_back(base::to_lower(word));
  }
  return words;
}

}  // namespace

/// What the answer to EHLO promises.
struct MailClient::Features {
  bool starttls = false;
  bool auth_plain = false;
  bool auth_login = false;
  bool size = false;
  std::uint64_t max_bytes = 0;  // 0: not said

  explicit Features(const MailReply& reply) {
    for (std::size_t i = 1; i < reply.lines.size(); ++i) {
      const auto words = words_of(reply.lines[i]);
      if (words.empty()) continue;
      const auto names = [&](const char* word) {
        return std::find(words.begin() + 1, words.end(), word) != words.end();
      };
      if (words[0] == "starttls") starttls = true;
      if (words[0] == "auth") {
        auth_plain = auth_plain || names("plain");
        auth_login = auth_login || names("login");
      }
      if (words[0] == "size") {
        size = true;
        if (words.size() < 2 || !base::parse_uint64(words[1], max_bytes)) max_bytes = 0;
      }
    }
  }
};

struct MailClient::Outgoing {
  std::string from;
  std::vector<std::string> recipients;
  std::string message;  // dot-stuffed
};

MailClient::MailClient(base::Loop& loop, Client& client, MailServer server)
    : loop_(loop), client_(client), server_(std::move(server)) {}

MailClient::~MailClient() = default;

Result<const TlsContext*> MailClient::tls() {
  if (!tls_) {
    auto made = TlsContext::make(server_.ca_file, TlsContext::Speaks::Other);
    if (!made) return fail(made.error());
    tls_ = std::move(*made);
  }
  return tls_.get();
}

Task<Result<void>> MailClient::send(std::string from, std::vector<std::string> recipients, std::string message,
                                    base::CancelToken cancel) {
  const Outgoing mail{std::move(from), std::move(recipients), dot_stuffed(message)};
  auto connected = co_await connect(cancel);
  if (!connected) co_return fail(judged(connected.error(), false));
  MailConnection& connection = **connected;
  const auto registration = cancel.on_cancel([&connection, &cancel] {
    const bool late = cancel.reason() == "deadline";
    Error error;
    error.kind = late ? ErrorKind::Deadline : ErrorKind::Cancelled;
    error.message = late ? "the call's time is over" : "the call was cancelled";
    connection.abort(std::move(error));
  });
  bool in_doubt = false;
  const auto done = co_await talk(connection, mail, in_doubt);
  if (!done) co_return fail(judged(done.error(), in_doubt));
  co_return Result<void>();
}

Task<Result<std::unique_ptr<MailConnection>>> MailClient::connect(base::CancelToken cancel) {
  const TlsContext* context = nullptr;
  if (server_.security != MailSecurity::None) {
    const auto made = tls();
    if (!made) co_return fail(made.error());
    context = *made;
  }
  const std::int64_t by_us = loop_.clock().monotonic_us() + server_.connect_timeout_ms * 1000;
  const auto addresses = co_await client_.addresses_of(server_.host, server_.port, by_us);
  if (!addresses) co_return fail(addresses.error());
  Result<std::unique_ptr<MailConnection>> outcome =
      fail(ErrorKind::Aborted, "unreachable", "the mail server \"" + server_.host + "\" has no address");
  for (const auto& address : *addresses) {
    if (cancel.cancelled()) co_return fail(ErrorKind::Aborted, "cancelled", "the call was cancelled");
    auto channel = Channel::open(address, server_.security == MailSecurity::Tls ? context : nullptr, server_.host);
    if (!channel) {
      outcome = fail(channel.error());
      continue;
    }
    auto connection = std::make_unique<MailConnection>(loop_, std::move(*channel), server_.silence_timeout_ms * 1000);
    const auto stood = co_await connection->establish(by_us);
    if (stood) co_return connection;
    outcome = fail(stood.error());
  }
  co_return outcome;
}

Task<Result<MailClient::Features>> MailClient::ask_features(MailConnection& connection) {
  // The name is not checked anywhere for submission, and tells nobody what this machine is called.
  const auto reply = co_await connection.ask("EHLO [127.0.0.1]");
  if (!reply) co_return fail(reply.error());
  if (reply->code != 250) co_return refused("EHLO", *reply);
  co_return Features(*reply);
}

Task<Result<MailClient::Features>> MailClient::greet(MailConnection& connection) {
  const auto greeting = co_await connection.read_reply();
  if (!greeting) co_return fail(greeting.error());
  if (greeting->code != 220) co_return refused("the connection", *greeting);
  auto features = co_await ask_features(connection);
  if (!features || server_.security != MailSecurity::StartTls) co_return features;
  if (!features->starttls)
    co_return refused_for_good("the mail server offers no STARTTLS, and mail.security demands it");
  const auto agreed = co_await connection.ask("STARTTLS");
  if (!agreed) co_return fail(agreed.error());
  if (agreed->code != 220) co_return refused("STARTTLS", *agreed);
  const auto context = tls();
  if (!context) co_return fail(context.error());
  const auto secured = co_await connection.start_tls(**context, server_.host);
  if (!secured) co_return fail(secured.error());
  // What was promised in the clear does not count.
  co_return co_await ask_features(connection);
}

Task<Result<void>> MailClient::log_in(MailConnection& connection, const Features& features) {
  if (server_.user.empty()) co_return Result<void>();
  const std::string password(server_.password ? server_.password->view() : std::string_view());
  std::vector<std::string> lines;
  if (features.auth_plain) {
    const std::string both = std::string(1, '\0') + server_.user + '\0' + password;
    lines = {"AUTH PLAIN " + base64(both)};
  } else if (features.auth_login) {
    lines = {"AUTH LOGIN", base64(server_.user), base64(password)};
  } else {
    co_return refused_for_good("the mail server offers neither AUTH PLAIN nor AUTH LOGIN");
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto asking = connection.ask(lines[i]);
    const auto reply = co_await std::move(asking);
    if (!reply) co_return fail(reply.error());
    const int expected = i + 1 == lines.size() ? 235 : 334;
    // The text of the reply is left out: servers are known to repeat what they were given.
    if (reply->code != expected)
      co_return refused_for_good("the mail server refused the password of \"" + server_.user + "\" with code " +
                                 std::to_string(reply->code));
  }
  co_return Result<void>();
}

Task<Result<void>> MailClient::open_envelope(MailConnection& connection, const Features& features,
                                             const Outgoing& mail) {
  if (features.max_bytes > 0 && mail.message.size() > features.max_bytes)
    co_return refused_for_good("it has " + std::to_string(mail.message.size()) + " bytes, and the mail server takes " +
                               std::to_string(features.max_bytes));
  std::string from = "MAIL FROM:<" + mail.from + ">";
  if (features.size) from += " SIZE=" + std::to_string(mail.message.size());
  const auto sender = co_await connection.ask(std::move(from));
  if (!sender) co_return fail(sender.error());
  if (sender->code != 250) co_return refused("the sender " + mail.from, *sender);
  for (const auto& recipient : mail.recipients) {
    std::string to = "RCPT TO:<" + recipient + ">";
    const auto reply = co_await connection.ask(std::move(to));
    if (!reply) co_return fail(reply.error());
    if (reply->code != 250 && reply->code != 251) co_return refused("the recipient " + recipient, *reply);
  }
  co_return Result<void>();
}

Task<Result<void>> MailClient::hand_over(MailConnection& connection, const Outgoing& mail, bool& in_doubt) {
  const auto ready = co_await connection.ask("DATA");
  if (!ready) co_return fail(ready.error());
  if (ready->code != 354) co_return refused("DATA", *ready);
  if (auto written = co_await connection.write(mail.message); !written) co_return written;
  // Without this line a server must not deliver (RFC 5321, 4.1.1.4); with it, it may have.
  in_doubt = true;
  const auto taken = co_await connection.ask(".");
  if (!taken) co_return fail(taken.error());
  if (taken->code != 250) co_return refused("the mail", *taken);
  co_return Result<void>();
}

Task<Result<void>> MailClient::talk(MailConnection& connection, const Outgoing& mail, bool& in_doubt) {
  const auto features = co_await greet(connection);
  if (!features) co_return fail(features.error());
  if (auto known = co_await log_in(connection, *features); !known) co_return known;
  if (auto opened = co_await open_envelope(connection, *features, mail); !opened) co_return opened;
  if (auto taken = co_await hand_over(connection, mail, in_doubt); !taken) co_return taken;
  // Nobody waits for the farewell: the mail is the server's now.
  (void)co_await connection.write("QUIT\r\n");
  co_return Result<void>();
}

}  // namespace platos::egress
