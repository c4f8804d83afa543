// An agent that writes mails: a real daemon, a real SMTP server with STARTTLS and a password.
#include <catch2/catch.hpp>

#include "support/smtp_sink.hpp"
#include "support/stage.hpp"

using namespace platos::tests;

namespace {

constexpr const char* kPassword = "letter-box-37";

struct Office {
  MockProvider mock;
  TempDir data;
  TempDir certificates;
  SmtpSink sink;
  std::unique_ptr<Daemon> daemon;
  std::string agent;

  explicit Office(SmtpOptions options = {}, const std::vector<std::string>& more = {})
      : sink(certificates.path() + "/ca.pem", options) {
    write_openai_instance(data, "mock", mock.base_url());
    DaemonSettings settings;
    settings.data_dir = data.path();
    settings.environment = {{"MAIL_PASSWORD", kPassword}};
    for (const std::string& setting :
         std::vector<std::string>{"mail.server=127.0.0.1", "mail.port=" + std::to_string(sink.port()),
                                  "mail.user=agent", "mail.password=env:MAIL_PASSWORD", "mail.from=bot@example.com",
                                  "mail.from_name=The bot", "mail.allowed_recipients=@example.com,boss@example.org",
                                  "egress.ca_file=" + certificates.path() + "/ca.pem"}) {
      settings.arguments.insert(settings.arguments.end(), {"--set", setting});
    }
    settings.arguments.insert(settings.arguments.end(), more.begin(), more.end());
    daemon = std::make_unique<Daemon>(settings);
    agent = make_agent(*daemon, "mock:mock-toolsay", {"mail"});
  }

  Json send(const Json& arguments) const { return call_tool(*daemon, agent, "mail__email_send", arguments); }
};

Json mail_to(const std::string& recipient) {
  return {{"to", recipient}, {"subject", "Grüße aus der Ferne"}, {"text", "Hello\n.\nBye"}};
}

}  // namespace

TEST_CASE("an agent sends a mail, and the password stands in no log") {
  const Office office;
  const Json result = office.send(mail_to("ada@example.com"));
  INFO(result.dump());
  REQUIRE(result["result"]["sent"] == true);
  const auto mails = office.sink.mails();
  REQUIRE(mails.size() == 1);
  CHECK(mails[0].from == "bot@example.com");
  CHECK(mails[0].to == std::vector<std::string>{"ada@example.com"});
  const std::string id = result["result"]["messageId"];
  CHECK(mails[0].text.find("Message-ID: <" + id + ">\r\n") != std::string::npos);
  CHECK(id.ends_with("@example.com"));
  CHECK(mails[0].text.find("Subject: =?UTF-8?B?") != std::string::npos);
  CHECK(mails[0].text.ends_with("Hello\r\n.\r\nBye\r\n"));
  CHECK(office.daemon->wait_for_log("a mail was sent"));
  const std::string log = office.daemon->log();
  CHECK(log.find(kPassword) == std::string::npos);
  CHECK(log.find("ada@example.com") == std::string::npos);
  // Another call is another mail.
  CHECK(office.send(mail_to("ada@example.com"))["result"]["messageId"] != id);
}

TEST_CASE("nobody is written to whom the operator does not allow, and nobody gets more than the rate") {
  const Office office({}, {"--set", "mail.max_per_hour=2", "--set", "mail.max_bytes=4096"});
  for (const char* other : {"ada@example.net", "bob@example.org", "ada@sub.example.com", "ada@notexample.com"}) {
    const Json refused = office.send(mail_to(other));
    INFO(refused.dump());
    CHECK(refused["isError"] == true);
    CHECK(refused["result"].get<std::string>().find(other) != std::string::npos);
  }
  Json hidden = mail_to("ada@example.com");
  hidden["bcc"] = Json::array({"spy@example.net"});
  CHECK(office.send(hidden)["isError"] == true);
  Json injected = mail_to("ada@example.com");
  injected["subject"] = "x\r\nBcc: spy@example.net";
  CHECK(office.send(injected)["isError"] == true);
  Json large = mail_to("ada@example.com");
  large["text"] = std::string(5000, 'x');
  CHECK(office.send(large)["isError"] == true);
  CHECK(office.sink.mails().empty());
  CHECK(office.sink.commands().empty());
  CHECK(office.send(mail_to("boss@example.org"))["result"]["sent"] == true);
  CHECK(office.send(mail_to("Ada@EXAMPLE.com"))["result"]["sent"] == true);
  const Json limited = office.send(mail_to("ada@example.com"));
  CHECK(limited["isError"] == true);
  CHECK(limited["result"].get<std::string>().find("max_per_hour") != std::string::npos);
  CHECK(office.sink.mails().size() == 2);
}

TEST_CASE("the model is told the difference between a mail that was not sent and one that nobody knows of") {
  SmtpOptions refuses;
  refuses.replies["RCPT"] = "550 no such box";
  const Json not_sent = Office(refuses).send(mail_to("ada@example.com"));
  CHECK(not_sent["code"] == "tool_unavailable");
  CHECK(not_sent["result"].get<std::string>().find("550 no such box") != std::string::npos);
  SmtpOptions cuts_early;
  cuts_early.cut_at = "DATA";
  CHECK(Office(cuts_early).send(mail_to("ada@example.com"))["code"] == "tool_failed");
  SmtpOptions cuts;
  cuts.cut_at = ".";
  const Office office(cuts);
  const Json doubt = office.send(mail_to("ada@example.com"));
  INFO(doubt.dump());
  CHECK(doubt["code"] == "outcome_unknown");
  CHECK(office.sink.mails().size() == 1);
}

TEST_CASE("settings that cannot send are refused at the start; without a server the tool says so") {
  for (const std::vector<std::string>& wrong :
       {std::vector<std::string>{"mail.server=mail.example.com", "mail.from=nobody"},
        std::vector<std::string>{"mail.server=mail.example.com", "mail.from=a@example.com", "mail.security=none"},
        std::vector<std::string>{"mail.server=mail.example.com", "mail.from=a@example.com", "mail.user=x"},
        std::vector<std::string>{"mail.password=secret-in-the-file"},
        std::vector<std::string>{"mail.allowed_recipients=everybody"}}) {
    TempDir data;
    std::vector<std::string> command = {program_path("platosd"), "--check-config", "--data-dir", data.path()};
    for (const auto& setting : wrong) command.insert(command.end(), {"--set", setting});
    const Finished finished = run_program(command);
    INFO(finished.err);
    CHECK(finished.exit_code != 0);
    CHECK(finished.err.find("mail.") != std::string::npos);
    CHECK(finished.err.find("secret-in-the-file") == std::string::npos);
  }
  const Stage stage;
  const std::string agent = make_agent(*stage.daemon, "mock:mock-toolsay", {"mail"});
  const Json result = call_tool(*stage.daemon, agent, "mail__email_send", mail_to("ada@example.com"));
  CHECK(result["result"].get<std::string>().find("mail.server") != std::string::npos);
}
