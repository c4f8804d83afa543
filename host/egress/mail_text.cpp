#include <array>
#include <ctime>

#include "base/text.hpp"
#include "egress/mail.hpp"
#include "egress/mail_encoding.hpp"

namespace platos::egress {
namespace {

// Not strftime, whose names are those of a locale.
std::string date_text(std::int64_t wall_us) {
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = wall_us / 1'000'000;
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  const auto two = [](int number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return std::string(kDays[static_cast<std::size_t>(parts.tm_wday)]) + ", " + std::to_string(parts.tm_mday) + " " +
         kMonths[static_cast<std::size_t>(parts.tm_mon)] + " " + std::to_string(parts.tm_year + 1900) + " " +
         two(parts.tm_hour) + ":" + two(parts.tm_min) + ":" + two(parts.tm_sec) + " +0000";
}

std::string sender_text(const MailEnvelope& envelope) {
  if (envelope.from_name.empty()) return envelope.from;
  const bool needs_quotes = envelope.from_name.find_first_of("()<>[]:;@\\,.\"") != std::string::npos;
  std::string name = header_text(envelope.from_name);
  if (needs_quotes && name == envelope.from_name) {
    name.clear();
    for (const char byte : envelope.from_name) {
      if (byte == '"' || byte == '\\') name += '\\';
      name += byte;
    }
    name = '"' + name + '"';
  }
  return name + "\r\n <" + envelope.from + ">";
}

// One address a line: any number of them fits.
std::string list_text(const std::vector<std::string>& addresses) {
  std::string out;
  for (const auto& address : addresses) out += (out.empty() ? "" : ",\r\n ") + address;
  return out;
}

std::string text_part(std::string_view type, std::string_view text) {
  return "Content-Type: " + std::string(type) +
         "; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + quoted_printable(text);
}

std::string attachment_part(const MailAttachment& attachment) {
  return "Content-Type: " + attachment.content_type + parameter("name", attachment.name) +
         "\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment" +
         parameter("filename", attachment.name) + "\r\n\r\n" + base64_lines(attachment.bytes);
}

std::string joined(std::string_view kind, const std::string& boundary, const std::vector<std::string>& parts) {
  std::string out = "Content-Type: multipart/" + std::string(kind) + ";\r\n boundary=\"" + boundary + "\"\r\n\r\n";
  for (const auto& part : parts) out += "--" + boundary + "\r\n" + part;
  return out + "--" + boundary + "--\r\n";
}

std::string body_text(const Mail& mail, const std::string& message_id) {
  // "=_" occurs in no part: in quoted-printable two digits follow a "=", in base64 nothing but another.
  const std::string mark = "=_" + base::sha256_hex(message_id).substr(0, 32);
  std::string body;
  if (mail.html.empty()) {
    body = text_part("text/plain", mail.text);
  } else if (mail.text.empty()) {
    body = text_part("text/html", mail.html);
  } else {
    body = joined("alternative", mark + "a", {text_part("text/plain", mail.text), text_part("text/html", mail.html)});
  }
  if (mail.attachments.empty()) return body;
  std::vector<std::string> parts = {std::move(body)};
  for (const auto& attachment : mail.attachments) parts.push_back(attachment_part(attachment));
  return joined("mixed", mark + "m", parts);
}

}  // namespace

std::string mail_text(const Mail& mail, const MailEnvelope& envelope) {
  std::string out = "Date: " + date_text(envelope.wall_us) + "\r\nFrom: " + sender_text(envelope) + "\r\n";
  out += "To: " + list_text(mail.to) + "\r\n";
  if (!mail.cc.empty()) out += "Cc: " + list_text(mail.cc) + "\r\n";
  if (!mail.reply_to.empty()) out += "Reply-To: " + mail.reply_to + "\r\n";
  out += "Message-ID: <" + envelope.message_id + ">\r\n";
  out += "Subject: " + header_text(mail.subject) + "\r\nMIME-Version: 1.0\r\n";
  return out + body_text(mail, envelope.message_id);
}

std::string dot_stuffed(std::string_view message) {
  std::string out;
  out.reserve(message.size() + message.size() / 64);
  bool at_start = true;
  for (const char byte : message) {
    if (at_start && byte == '.') out += '.';
    out += byte;
    at_start = byte == '\n';
  }
  if (!at_start) out += "\r\n";
  return out;
}

}  // namespace platos::egress
