#include <catch2/catch.hpp>

#include "platos/cpp/testing/fake_services.hpp"
#include "support/skill_tools.hpp"

namespace platos::skill_mail {
namespace {

using json = tests::Json;
namespace fakes = sdk::testing;

struct MailHost {
  fakes::FakeHost host;
  fakes::FakeMail mail{host};
};

struct Mailer : MailHost, tests::SkillTools {
  explicit Mailer(const json& config = json::object()) : SkillTools(host, "mail", config) {}

  std::int32_t send(const std::string& args_json, std::string_view tool = "email_send") {
    return invoke_text(tool, args_json);
  }
};

}  // namespace

TEST_CASE("a mail with everything reaches the service, and the answer names it") {
  Mailer m;
  const json arguments = {{"to", {"ada@example.com", "bob@example.com"}},
                          {"cc", "eve@example.com"},
                          {"bcc", json::array({"joe@example.com"})},
                          {"replyTo", "desk@example.com"},
                          {"subject", "Grüße"},
                          {"text", "Hello"},
                          {"html", "<p>Hello</p>"},
                          {"attachments",
                           {{{"name", "a.txt"}, {"text", "plain"}},
                            {{"name", "b.pdf"}, {"contentType", "application/pdf"}, {"base64", "JVBE\nRi0="}}}}};
  REQUIRE(m.send(arguments.dump()) == PLATOS_OK);
  const auto sent = m.mail.sent();
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].to == std::vector<std::string>{"ada@example.com", "bob@example.com"});
  CHECK(sent[0].cc == std::vector<std::string>{"eve@example.com"});
  CHECK(sent[0].bcc == std::vector<std::string>{"joe@example.com"});
  CHECK(sent[0].reply_to == "desk@example.com");
  CHECK(sent[0].subject == "Grüße");
  CHECK(sent[0].html == "<p>Hello</p>");
  REQUIRE(sent[0].attachments.size() == 2);
  CHECK(sent[0].attachments[0].content_type == "text/plain");
  CHECK(sent[0].attachments[0].bytes == "plain");
  CHECK(sent[0].attachments[1].bytes == "%PDF-");
  REQUIRE(m.output.items.size() == 1);
  CHECK(json::parse(m.output.items[0].data) ==
        json({{"sent", true}, {"messageId", "mail-1@example.com"}, {"recipients", 4}}));
}

TEST_CASE("arguments that are wrong are named, and nothing is sent") {
  Mailer m;
  const std::pair<const char*, const char*> cases[] = {
      {R"({"subject":"s","text":"t"})", "\"to\""},
      {R"({"to":[],"subject":"s","text":"t"})", "\"to\""},
      {R"({"to":7,"subject":"s","text":"t"})", "the number 7"},
      {R"({"to":["a@b",3],"subject":"s","text":"t"})", "an array"},
      {R"({"to":"a@b","text":"t"})", "\"subject\""},
      {R"({"to":"a@b","subject":"s"})", "neither"},
      {R"({"to":"a@b","subject":"s","text":"t","from":"x@y"})", "\"from\""},
      {R"({"to":"a@b","subject":"s","text":"t","attachments":[{"name":"a"}]})", "neither"},
      {R"({"to":"a@b","subject":"s","text":"t","attachments":[{"name":"a","text":"x","base64":"eA=="}]})", "both"},
      {R"({"to":"a@b","subject":"s","text":"t","attachments":[{"name":"a","base64":"*"}]})", "base64"},
      {R"({"to":"a@b","subject":"s","text":"t","attachments":[{"text":"x"}]})", "file name"},
      {"[]", "object"},
      {"{", "JSON"}};
  for (const auto& [arguments, part] : cases) {
    INFO(arguments);
    CHECK(m.send(arguments) == PLATOS_INVALID_ARGUMENT);
    INFO(m.error.message);
    CHECK(m.error.message.find(part) != std::string::npos);
  }
  CHECK(m.send("{}", "mail") == PLATOS_NOT_FOUND);
  CHECK(m.mail.sent().empty());
}

TEST_CASE("a failure of the service keeps its code and its reason: they say whether the mail may have gone") {
  Mailer m;
  for (const std::int32_t code : {PLATOS_UNAVAILABLE, PLATOS_DEADLINE, PLATOS_CANCELLED, PLATOS_ABORTED,
                                  PLATOS_FAILED_PRECONDITION, PLATOS_PERMISSION_DENIED}) {
    m.mail.fail_with(code, "because of " + std::to_string(code));
    CHECK(m.send(R"({"to":"a@b","subject":"s","text":"t"})") == code);
    CHECK(m.error.message == "because of " + std::to_string(code));
  }
}

TEST_CASE("without the grant nothing is sent, and the error says what to grant") {
  Mailer m;
  m.host.services.erase(PLATOS_HOST_MAIL);
  CHECK(m.send(R"({"to":"a@b","subject":"s","text":"t"})") == PLATOS_FAILED_PRECONDITION);
  CHECK(m.error.message.find("grant \"mail\"") != std::string::npos);
}

TEST_CASE("the tool happens once, and needs a person when the operator says so") {
  Mailer plain;
  CHECK(plain.tools()[0]["effect"] == "once");
  CHECK(plain.tools()[0]["requires_approval"] == false);
  Mailer asked(json{{"require_approval", true}});
  CHECK(asked.tools()[0]["requires_approval"] == true);
  CHECK_THROWS(Mailer(json{{"require_approval", 1}}));
  CHECK_THROWS(Mailer(json{{"server", "x"}}));
}

}  // namespace platos::skill_mail
