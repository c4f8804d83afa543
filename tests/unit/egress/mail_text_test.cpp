// What a mail looks like on the wire.
#include <catch2/catch.hpp>

#include "egress/mail.hpp"
#include "egress/mail_encoding.hpp"
#include "support/text.hpp"

namespace platos::egress {
namespace {

using tests::has;

Mail plain() {
  Mail mail;
  mail.to = {"ada@example.com"};
  mail.subject = "Report";
  mail.text = "Hello\nAda";
  return mail;
}

const MailEnvelope kEnvelope{"bot@example.com", "", "id-1@example.com", 1'700'000'000'000'000};

std::size_t longest_line(const std::string& text) {
  std::size_t longest = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find("\r\n", at), text.size());
    longest = std::max(longest, end - at);
    at = end + 2;
  }
  return longest;
}

}  // namespace

TEST_CASE("A plain mail, byte by byte") {
  CHECK(mail_text(plain(), kEnvelope) ==
        "Date: Tue, 14 Nov 2023 22:13:20 +0000\r\n"
        "From: bot@example.com\r\n"
        "To: ada@example.com\r\n"
        "Message-ID: <id-1@example.com>\r\n"
        "Subject: Report\r\n"
        "MIME-Version: 1.0\r\n"
        "Content-Type: text/plain; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n"
        "\r\n"
        "Hello\r\nAda\r\n");
}

TEST_CASE("Subjects and names beyond plain ASCII are encoded words, cut between characters, folded") {
  Mail mail = plain();
  mail.subject = "Grüße";
  CHECK(has(mail_text(mail, kEnvelope), "Subject: =?UTF-8?B?R3LDvMOfZQ==?=\r\n"));
  mail.subject.clear();
  for (int i = 0; i < 40; ++i) mail.subject += "ü€😀";
  const std::string text = mail_text(mail, kEnvelope);
  CHECK(longest_line(text) <= 76);
  const auto begin = text.find("Subject: ");
  const std::string subject = text.substr(begin, text.find("MIME-Version") - begin);
  CHECK(std::all_of(subject.begin(), subject.end(), [](char byte) { return static_cast<unsigned char>(byte) < 0x80; }));
  CHECK(has(subject, "?=\r\n =?UTF-8?B?"));
  mail.subject = "looks =?UTF-8?B?like?= one";
  CHECK(has(mail_text(mail, kEnvelope), "Subject: =?UTF-8?B?"));
  MailEnvelope named = kEnvelope;
  named.from_name = "Bot, the \"helper\"";
  CHECK(has(mail_text(plain(), named), "From: \"Bot, the \\\"helper\\\"\"\r\n <bot@example.com>\r\n"));
  named.from_name = "Bötchen";
  CHECK(has(mail_text(plain(), named), "From: =?UTF-8?B?"));
}

TEST_CASE("Quoted-printable: what RFC 2045 asks for, lines of at most 76") {
  CHECK(quoted_printable("a=b") == "a=3Db\r\n");
  CHECK(quoted_printable("end \nnext\t") == "end=20\r\nnext=09\r\n");
  CHECK(quoted_printable("ü") == "=C3=BC\r\n");
  CHECK(quoted_printable("a\r\nb\rc\n\nd") == "a\r\nb\r\nc\r\n\r\nd\r\n");
  CHECK(quoted_printable("").empty());
  const std::string folded = quoted_printable(std::string(200, 'x') + std::string(100, '='));
  CHECK(longest_line(folded) <= 76);
  std::string joined;
  for (std::size_t i = 0; i < folded.size(); ++i) {
    if (folded.compare(i, 3, "=\r\n") == 0) {
      i += 2;
    } else {
      joined += folded[i];
    }
  }
  std::string expected(200, 'x');
  for (int i = 0; i < 100; ++i) expected += "=3D";
  CHECK(joined == expected + "\r\n");
}

TEST_CASE("Text, HTML and attachments are nested as readers expect; bcc stands nowhere") {
  Mail mail = plain();
  mail.html = "<p>Hello</p>";
  mail.cc = {"bob@example.com", "eve@example.com"};
  mail.bcc = {"hidden@example.com"};
  mail.reply_to = "desk@example.com";
  mail.attachments = {{"räport \"1\".pdf", "application/pdf", std::string(100, '\xFF')}};
  const std::string text = mail_text(mail, kEnvelope);
  const auto mixed = text.find("multipart/mixed");
  const auto alternative = text.find("multipart/alternative");
  CHECK(mixed < alternative);
  CHECK(text.find("text/plain") < text.find("text/html"));
  CHECK(has(text, "Cc: bob@example.com,\r\n eve@example.com\r\n"));
  CHECK(has(text, "Reply-To: desk@example.com\r\n"));
  CHECK_FALSE(has(text, "hidden"));
  CHECK(has(text, "filename*0*=UTF-8''r%C3%A4port%20%221%22.pdf\r\n"));
  CHECK(has(text, "Content-Transfer-Encoding: base64\r\n"));
  CHECK(longest_line(text) <= 78);
  CHECK(mail.recipients() ==
        std::vector<std::string>{"ada@example.com", "bob@example.com", "eve@example.com", "hidden@example.com"});
  CHECK(std::all_of(text.begin(), text.end(), [](char byte) { return static_cast<unsigned char>(byte) < 0x80; }));
}

TEST_CASE("Nothing in a mail can add a header, a recipient or an end") {
  const auto refused = [](auto change) {
    Mail mail = plain();
    change(mail);
    const auto checked = check_mail(mail);
    REQUIRE_FALSE(checked);
    CHECK(checked.error().code == "invalid_mail");
    CHECK(checked.error().message.find('\n') == std::string::npos);
  };
  for (const std::string bad : {"a\r\nBcc: x@y.z", "a\nb", "a\rb", "a\x7f", "\xff"}) {
    refused([&](Mail& mail) { mail.subject = bad; });
    refused([&](Mail& mail) { mail.to = {bad}; });
    refused([&](Mail& mail) { mail.cc = {"x@example.com" + bad}; });
    refused([&](Mail& mail) { mail.reply_to = bad + "@example.com"; });
    refused([&](Mail& mail) { mail.attachments = {{bad, "text/plain", ""}}; });
    refused([&](Mail& mail) { mail.attachments = {{"a", "text/plain" + bad, ""}}; });
  }
  refused([](Mail& mail) { mail.subject = std::string("a\0b", 3); });
  refused([](Mail& mail) { mail.attachments = {{"../a", "text/plain", ""}}; });
  refused([](Mail& mail) { mail.attachments = {{"a", "multipart/mixed", ""}}; });
  refused([](Mail& mail) { mail.to.clear(); });
  refused([](Mail& mail) { mail.text.clear(); });
  CHECK(check_mail(plain()));
  for (const char* bad : {"", "a", "@b.c", "a@", "a b@c.d", "a@b..c", ".a@b.c", "a.@b.c", "<a@b.c>", "a@b.c>", "a@-b.c",
                          "a@b_c.d", "\"a\"@b.c", "a@b@c", "a@[127.0.0.1]", "ä@b.c"})
    CHECK_FALSE(is_mail_address(bad));
  for (const char* good : {"a@b", "first.last+tag@sub.example.com", "o'neil@x-y.z"}) CHECK(is_mail_address(good));
}

TEST_CASE("A line with a single point does not end the mail") {
  Mail mail = plain();
  mail.text = "one\n.\n..\nQUIT";
  const std::string sent = dot_stuffed(mail_text(mail, kEnvelope));
  CHECK(has(sent, "\r\none\r\n..\r\n...\r\nQUIT\r\n"));
  CHECK_FALSE(has(sent, "\r\n.\r\n"));
}

}  // namespace platos::egress
