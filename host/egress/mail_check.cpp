#include <algorithm>

#include "base/text.hpp"
#include "egress/mail.hpp"

namespace platos::egress {
namespace {

constexpr std::size_t kMaxAddressBytes = 254;
constexpr std::size_t kMaxLocalBytes = 64;
constexpr std::size_t kMaxSubjectBytes = 998;
constexpr std::size_t kMaxNameBytes = 255;
constexpr std::size_t kMaxTypeBytes = 127;

bool is_letter_or_digit(char byte) {
  return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9');
}

bool is_atom(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-/=?^_`{|}~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char byte) {
    return is_letter_or_digit(byte) || kMarks.find(byte) != std::string_view::npos;
  });
}

bool is_host_label(std::string_view text) {
  return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(), [](char byte) { return is_letter_or_digit(byte) || byte == '-'; });
}

template <typename Check>
bool all_parts(std::string_view text, Check check) {
  const auto parts = base::split(text, '.');
  return std::all_of(parts.begin(), parts.end(), check);
}

bool is_type(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || text.size() > kMaxTypeBytes) return false;
  const auto is_token = [](std::string_view part) {
    return !part.empty() && std::all_of(part.begin(), part.end(), [](char byte) {
      return is_letter_or_digit(byte) || std::string_view("!#$&^_.+-").find(byte) != std::string_view::npos;
    });
  };
  return is_token(text.substr(0, slash)) && is_token(text.substr(slash + 1));
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7F; });
}

tl::unexpected<Error> invalid(const std::string& member, const std::string& expected, std::string_view found) {
  return fail(ErrorKind::InvalidArgument, "invalid_mail",
              "mail, " + member + ": expected " + expected + ", found \"" + base::printable(found) + "\"");
}

Result<void> check_line(const std::string& member, const std::string& text, std::size_t max_bytes) {
  if (!base::is_valid_utf8(text)) return invalid(member, "UTF-8", text);
  if (has_control(text)) return invalid(member, "one line without control characters", text);
  if (text.size() > max_bytes) return invalid(member, "at most " + std::to_string(max_bytes) + " bytes", text);
  return {};
}

Result<void> check_addresses(const std::string& member, const std::vector<std::string>& addresses) {
  for (const auto& address : addresses) {
    if (!is_mail_address(address)) return invalid(member, "plain addresses such as ada@example.com", address);
  }
  return {};
}

Result<void> check_attachment(const MailAttachment& attachment) {
  if (auto named = check_line("name of an attachment", attachment.name, kMaxNameBytes); !named) return named;
  if (attachment.name.empty() || attachment.name.find_first_of("/\\") != std::string::npos)
    return invalid("name of an attachment", "a file name without folders", attachment.name);
  if (!is_type(attachment.content_type) || attachment.content_type.starts_with("multipart/"))
    return invalid("type of an attachment", "a media type such as application/pdf", attachment.content_type);
  return {};
}

}  // namespace

std::vector<std::string> Mail::recipients() const {
  std::vector<std::string> all;
  for (const auto* list : {&to, &cc, &bcc}) {
    for (const auto& address : *list) {
      if (std::find(all.begin(), all.end(), address) == all.end()) all.push_back(address);
    }
  }
  return all;
}

bool is_mail_address(std::string_view text) {
  const auto at = text.find('@');
  if (at == std::string_view::npos || text.size() > kMaxAddressBytes || at > kMaxLocalBytes) return false;
  return all_parts(text.substr(0, at), is_atom) && all_parts(text.substr(at + 1), is_host_label);
}

std::string mail_domain(std::string_view address) { return base::to_lower(address.substr(address.find('@') + 1)); }

Result<void> check_mail(const Mail& mail) {
  if (mail.to.empty()) return invalid("to", "at least one address", "none");
  for (const auto& [member, list] :
       {std::pair("to", &mail.to), std::pair("cc", &mail.cc), std::pair("bcc", &mail.bcc)}) {
    if (auto checked = check_addresses(member, *list); !checked) return checked;
  }
  if (!mail.reply_to.empty()) {
    if (auto checked = check_addresses("replyTo", {mail.reply_to}); !checked) return checked;
  }
  if (auto checked = check_line("subject", mail.subject, kMaxSubjectBytes); !checked) return checked;
  if (mail.text.empty() && mail.html.empty()) return invalid("text", "a text", "");
  for (const auto& [member, text] : {std::pair("text", &mail.text), std::pair("html", &mail.html)}) {
    if (!base::is_valid_utf8(*text)) return invalid(member, "UTF-8", *text);
    if (text->find('\0') != std::string::npos) return invalid(member, "a text without NUL", *text);
  }
  for (const auto& attachment : mail.attachments) {
    if (auto checked = check_attachment(attachment); !checked) return checked;
  }
  return {};
}

}  // namespace platos::egress
