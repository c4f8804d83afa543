// A mail as plain data, and its form on the wire (RFC 5322, 2045 to 2047, 2231).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace platos::egress {

struct MailAttachment {
  std::string name;          ///< without folders
  std::string content_type;  ///< such as "application/pdf"
  std::string bytes;
};

struct Mail {
  std::vector<std::string> to;
  std::vector<std::string> cc;
  std::vector<std::string> bcc;  ///< gets the mail, stands nowhere in it
  std::string reply_to;          ///< empty: none
  std::string subject;
  std::string text;  ///< plain form; may be empty when `html` is not
  std::string html;  ///< empty: none
  std::vector<MailAttachment> attachments;

  std::vector<std::string> recipients() const;
};

/// What the host adds.
struct MailEnvelope {
  std::string from;        ///< an address
  std::string from_name;   ///< for people; may be empty
  std::string message_id;  ///< without angle brackets
  std::int64_t wall_us = 0;
};

/// An address that needs no quoting: atoms with points, '@', a domain name in ASCII; at most 254 bytes.
bool is_mail_address(std::string_view text);

/// The part behind '@' in lower case. `address` is one.
std::string mail_domain(std::string_view address);

/// Everything that could make a header say more than it should, or that no reader would take: InvalidArgument
/// "invalid_mail" names the member, what was expected and what was found.
Result<void> check_mail(const Mail& mail);

/// The message with CRLF line ends, in 7-bit ASCII, lines of its body of at most 76 bytes. `mail` was checked. Not
/// dot-stuffed.
std::string mail_text(const Mail& mail, const MailEnvelope& envelope);

/// The same for the command DATA: lines that begin with a point get another, and it ends with a line break.
std::string dot_stuffed(std::string_view message);

}  // namespace platos::egress
