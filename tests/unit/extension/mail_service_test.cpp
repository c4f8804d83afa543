// The service "mail" as a plugin sees it, with a real server behind it.
#include <catch2/catch.hpp>
#include <thread>

#include "extension/services/host_table.hpp"
#include "platos/cpp/services.hpp"
#include "support/smtp_sink.hpp"
#include "support/temp_dir.hpp"

namespace platos::extension {
namespace {

/// The service on a loop of its own thread.
struct PostOffice {
  tests::TempDir dir;
  tests::SmtpSink sink;
  base::SystemClock clock;
  base::Logger logger{clock, base::LogLevel::Error, base::LogFormat::Json, "/dev/null"};
  base::Loop loop{clock};
  base::WorkerPool resolvers{"dns", 1, 16};
  egress::Client client{loop, resolvers, {}};
  MailService mail;
  std::thread thread{[this] { loop.run(); }};

  explicit PostOffice(tests::SmtpOptions options = {})
      : sink(dir.path() + "/ca.pem", options), mail(loop, client, server(), rules(), logger) {}
  ~PostOffice() {
    loop.post([this] {
      mail.stop();
      loop.stop();
    });
    thread.join();
  }
  egress::MailServer server() const {
    egress::MailServer server;
    server.host = "127.0.0.1";
    server.port = sink.port();
    server.user = "agent";
    server.password = std::make_shared<const secrets::Secret>("letter-box-37");
    server.ca_file = dir.path() + "/ca.pem";
    return server;
  }
  static MailRules rules() {
    MailRules rules;
    rules.from = "bot@example.com";
    rules.allowed_recipients = {"@example.com"};
    rules.max_recipients = 2;
    rules.max_per_hour = 3;
    return rules;
  }
};

/// One call to an instance that may send, or may not.
struct Caller {
  platos_call_t call;
  platos_error_t error;
  HostTable table;
  sdk::Host host{table.table()};

  explicit Caller(PostOffice& office, const std::string& key, const std::string& environment = "env_1",
                  bool granted = true)
      : table("mail", office.clock, office.logger, services(office, granted),
              std::make_shared<secrets::SlotTable>(std::vector<std::string>())) {
    call.context.scope.environment_id = environment;
    call.context.idempotency_key = key;
    call.context.deadline_us = office.clock.monotonic_us() + 60'000'000;
  }
  static HostServices services(PostOffice& office, bool granted) {
    HostServices services;
    if (granted) services.mail = &office.mail;
    return services;
  }
  /// The Message-ID, or the status.
  std::string send(const std::vector<std::string>& to = {"ada@example.com"}) {
    sdk::OutgoingMail mail;
    mail.to = to;
    mail.subject = "Report";
    mail.text = "Hello";
    try {
      return sdk::send_mail(host, {host.table(), &call, &error}, mail);
    } catch (const sdk::Error& failure) {
      return std::to_string(failure.code());
    }
  }
};

}  // namespace

TEST_CASE("a repeated call has the Message-ID of the first, another call or tenant has another") {
  PostOffice office;
  const std::string id = Caller(office, "key-1").send();
  CHECK(id.ends_with("@example.com"));
  CHECK(Caller(office, "key-1").send() == id);
  CHECK(Caller(office, "key-2").send() != id);
  CHECK(Caller(office, "key-1", "env_2").send() != id);
  CHECK(office.sink.mails().size() == 4);
}

TEST_CASE("without the grant there is no such service") {
  PostOffice office;
  Caller caller(office, "key", "env_1", false);
  CHECK(caller.host.service<platos_host_mail_t>(PLATOS_HOST_MAIL) == nullptr);
  CHECK(caller.send() == std::to_string(PLATOS_FAILED_PRECONDITION));
}

TEST_CASE("the operator's rules hold for every caller, and each tenant has a rate of its own") {
  PostOffice office;
  CHECK(Caller(office, "a").send({"ada@example.net"}) == std::to_string(PLATOS_PERMISSION_DENIED));
  CHECK(Caller(office, "b").send({"a@example.com", "b@example.com", "c@example.com"}) ==
        std::to_string(PLATOS_INVALID_ARGUMENT));
  CHECK(Caller(office, "c").send({"a@example.com\r\nRCPT TO:<x@y.z>"}) == std::to_string(PLATOS_INVALID_ARGUMENT));
  CHECK(office.sink.commands().empty());
  for (int i = 0; i < 3; ++i) CHECK(Caller(office, "d" + std::to_string(i)).send().size() > 3);
  CHECK(Caller(office, "e").send() == std::to_string(PLATOS_RESOURCE_EXHAUSTED));
  CHECK(Caller(office, "f", "env_2").send().size() > 3);
}

TEST_CASE("a call that is over or cancelled is told what became of its mail") {
  for (const std::string step : {"RCPT", "."}) {
    for (const bool cancelled : {true, false}) {
      tests::SmtpOptions options;
      options.silent_at = step;
      PostOffice office(options);
      Caller caller(office, "key");
      std::string status;
      if (!cancelled) caller.call.context.deadline_us = office.clock.monotonic_us() + 1'500'000;
      std::thread canceller([&] {
        office.sink.wait_until_silent();
        if (cancelled) caller.call.cancelled = true;
      });
      status = caller.send();
      canceller.join();
      const std::int32_t in_doubt = cancelled ? PLATOS_CANCELLED : PLATOS_DEADLINE;
      INFO(step << caller.error.message);
      CHECK(status == std::to_string(step == "." ? in_doubt : PLATOS_ABORTED));
    }
  }
}

}  // namespace platos::extension
