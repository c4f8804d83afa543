// The mail client against a server that does what each case says.
#include "egress/mail_client.hpp"

#include <catch2/catch.hpp>

#include "client_fixture.hpp"
#include "egress/channel.hpp"
#include "support/smtp_sink.hpp"
#include "support/temp_dir.hpp"

namespace platos::egress {
namespace {

using tests::SmtpOptions;
using tests::SmtpSink;

struct Post {
  tests::TempDir dir;
  SmtpSink sink;
  ClientFixture f;
  MailServer server;

  explicit Post(SmtpOptions options = {}) : sink(dir.path() + "/ca.pem", options) {
    server.host = "127.0.0.1";
    server.port = sink.port();
    server.security = options.implicit_tls ? MailSecurity::Tls : MailSecurity::StartTls;
    server.user = "agent";
    server.password = std::make_shared<const secrets::Secret>("letter-box-37");
    server.ca_file = dir.path() + "/ca.pem";
    server.silence_timeout_ms = 20'000;
  }
  Result<void> send(base::CancelToken cancel = {}) {
    MailClient client(f.loop, f.client, server);
    return base::run_to_end(f.loop, client.send("bot@example.com", {"ada@example.com", "bob@example.com"},
                                                "Subject: x\r\n\r\n.point\r\nlast", std::move(cancel)));
  }
  Error refusal() {
    const auto sent = send();
    REQUIRE_FALSE(sent);
    return sent.error();
  }
  bool heard(const std::string& part) const {
    for (const auto& command : sink.commands()) {
      if (command.find(part) != std::string::npos) return true;
    }
    return false;
  }
};

void check_not_sent(Post& post, ErrorKind kind, const std::string& part) {
  const Error error = post.refusal();
  INFO(error.message);
  CHECK(error.kind == kind);
  CHECK(error.code == "mail_not_sent");
  CHECK(error.message.find(part) != std::string::npos);
  CHECK(error.message.find("letter-box-37") == std::string::npos);
  CHECK(post.sink.mails().empty());
}

}  // namespace

TEST_CASE("A mail goes over STARTTLS and over TLS, with either way to log in, and comes as it was") {
  for (const bool implicit_tls : {false, true}) {
    for (const std::string auth : {"PLAIN", "LOGIN", "CRAM-MD5 LOGIN"}) {
      SmtpOptions options;
      options.implicit_tls = implicit_tls;
      options.auth = auth;
      options.max_bytes = 1000;
      Post post(options);
      const auto sent = post.send();
      INFO(auth << implicit_tls << (sent ? "" : sent.error().message));
      REQUIRE(sent);
      const auto mails = post.sink.mails();
      REQUIRE(mails.size() == 1);
      CHECK(mails[0].from == "bot@example.com");
      CHECK(mails[0].to == std::vector<std::string>{"ada@example.com", "bob@example.com"});
      CHECK(mails[0].text == "Subject: x\r\n\r\n.point\r\nlast\r\n");
    }
  }
}

TEST_CASE("Nothing but the greeting and STARTTLS is said in the clear") {
  Post post;
  REQUIRE(post.send());
  std::vector<std::string> clear;
  for (const auto& command : post.sink.commands()) {
    if (!command.starts_with("tls ")) clear.push_back(command);
  }
  CHECK(clear == std::vector<std::string>{"EHLO [127.0.0.1]", "STARTTLS"});
}

TEST_CASE("A server without STARTTLS is refused before it hears a password") {
  SmtpOptions options;
  options.offers_starttls = false;
  Post post(options);
  check_not_sent(post, ErrorKind::FailedPrecondition, "STARTTLS");
  CHECK_FALSE(post.heard("AUTH"));
}

TEST_CASE("What a server, or somebody in between, said in the clear behind STARTTLS ends the dialogue") {
  SmtpOptions options;
  options.speaks_early = true;
  Post post(options);
  check_not_sent(post, ErrorKind::FailedPrecondition, "before TLS");
  CHECK_FALSE(post.heard("AUTH"));
}

TEST_CASE("A certificate of another name, or of nobody known, ends the dialogue before a password") {
  for (const bool other_name : {true, false}) {
    SmtpOptions options;
    if (other_name) options.certificate_name = "mail.example.com";
    Post post(options);
    tests::TempDir elsewhere;
    const SmtpSink other(elsewhere.path() + "/ca.pem");
    if (!other_name) post.server.ca_file = elsewhere.path() + "/ca.pem";
    check_not_sent(post, ErrorKind::Aborted, "certificate");
    CHECK_FALSE(post.heard("AUTH"));
  }
}

TEST_CASE("A wrong password is refused for good, and stands in no error") {
  Post post;
  post.server.password = std::make_shared<const secrets::Secret>("letter-box-37-wrong");
  check_not_sent(post, ErrorKind::FailedPrecondition, "535");
  SmtpOptions options;
  options.auth = "CRAM-MD5";
  Post unknown(options);
  check_not_sent(unknown, ErrorKind::FailedPrecondition, "AUTH PLAIN");
}

TEST_CASE("A refusal at any step says that the mail was not sent; a temporary one that it may go later") {
  for (const std::string step : {"CONNECT", "EHLO", "STARTTLS", "MAIL", "RCPT", "DATA", "."}) {
    for (const std::string code : {"550", "451"}) {
      SmtpOptions options;
      options.replies[step] = code + " not today";
      Post post(options);
      const Error error = post.refusal();
      INFO(step << " " << error.message);
      CHECK(error.code == "mail_not_sent");
      CHECK(error.kind == (code == "550" ? ErrorKind::FailedPrecondition : ErrorKind::Aborted));
      CHECK(error.message.find(code + " not today") != std::string::npos);
    }
  }
}

TEST_CASE("A connection that is cut leaves doubt only behind the last byte of the mail") {
  for (const std::string step : {"CONNECT", "EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA"}) {
    SmtpOptions options;
    options.cut_at = step;
    Post post(options);
    INFO(step);
    check_not_sent(post, ErrorKind::Aborted, "broke");
  }
  SmtpOptions in_body;
  in_body.cut_in_body = "point";
  Post cut(in_body);
  // The text fits one record, so that its end may be under way when the server leaves.
  const Error early = cut.refusal();
  CHECK((early.code == "mail_not_sent" || early.kind == ErrorKind::Unavailable));
  SmtpOptions options;
  options.cut_at = ".";
  Post post(options);
  const Error error = post.refusal();
  CHECK(error.kind == ErrorKind::Unavailable);
  CHECK(error.code == "mail_in_doubt");
  CHECK(post.sink.mails().size() == 1);
}

TEST_CASE("A server that falls silent times out: without doubt before the end of the mail, in doubt after it") {
  for (const std::string step : {"CONNECT", "EHLO", "AUTH", "RCPT", "DATA"}) {
    SmtpOptions options;
    options.silent_at = step;
    Post post(options);
    post.server.silence_timeout_ms = 50;
    INFO(step);
    check_not_sent(post, ErrorKind::Aborted, "silent");
  }
  SmtpOptions options;
  options.silent_at = ".";
  Post post(options);
  // Long enough for a slow machine to get there.
  post.server.silence_timeout_ms = 1'000;
  const Error error = post.refusal();
  CHECK(error.kind == ErrorKind::Deadline);
  CHECK(error.code == "mail_in_doubt");
}

TEST_CASE("A cancelled dialogue ends at once and says how far it was") {
  for (const std::string step : {"RCPT", "."}) {
    SmtpOptions options;
    options.silent_at = step;
    Post post(options);
    base::CancelSource cancel;
    std::thread canceller([&] {
      post.sink.wait_until_silent();
      post.f.loop.post([&cancel] { cancel.cancel("cancelled"); });
    });
    const auto sent = post.send(cancel.token());
    canceller.join();
    REQUIRE_FALSE(sent);
    INFO(step << " " << sent.error().message);
    CHECK(sent.error().kind == (step == "." ? ErrorKind::Cancelled : ErrorKind::Aborted));
    CHECK(sent.error().code == (step == "." ? "mail_in_doubt" : "mail_not_sent"));
  }
}

TEST_CASE("A mail over the server's size is not offered; a server that is not there is not reached") {
  SmtpOptions options;
  options.max_bytes = 20;
  Post post(options);
  check_not_sent(post, ErrorKind::FailedPrecondition, "20");
  CHECK_FALSE(post.heard("MAIL"));
  Post gone;
  gone.server.host = "no-such-host.invalid";
  check_not_sent(gone, ErrorKind::Aborted, "no-such-host.invalid");
}

TEST_CASE("Replies that are none end the dialogue") {
  const std::string long_line(3000, 'x');
  std::string many;
  for (int i = 0; i < 200; ++i) many += "250-line\r\n";
  const std::vector<std::string> replies = {"hello",   "250-one\r\n251 two", "9",         "25x no",
                                            long_line, many + "250 end",     "2\n50 bare"};
  for (const std::string& reply : replies) {
    SmtpOptions options;
    options.replies["EHLO"] = reply;
    Post post(options);
    INFO(reply.substr(0, 20));
    check_not_sent(post, ErrorKind::FailedPrecondition, "reply");
  }
}

}  // namespace platos::egress
