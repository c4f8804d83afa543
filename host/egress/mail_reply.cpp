#include "egress/mail_reply.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace platos::egress {
namespace {

constexpr std::size_t kMaxLineBytes = 2048;
constexpr std::size_t kMaxLines = 100;

tl::unexpected<Error> bad_reply(std::string_view what) {
  return fail(ErrorKind::Internal, "mail_bad_reply", "the mail server's reply is none: " + std::string(what));
}

}  // namespace

std::string MailReply::shown() const {
  return std::to_string(code) + " " + base::printable(lines.empty() ? std::string() : lines.back(), 200);
}

Result<std::optional<MailReply>> MailReplyReader::next() {
  for (;;) {
    const std::size_t end = buffer_.find("\r\n");
    if (std::min(end, buffer_.size()) > kMaxLineBytes) return bad_reply("a line over 2 KiB");
    if (end == std::string::npos) return std::nullopt;
    const auto last = take_line(std::string_view(buffer_).substr(0, end));
    if (!last) return fail(last.error());
    buffer_.erase(0, end + 2);
    if (*last) return std::exchange(reply_, MailReply());
  }
}

// True when it was the last line of the reply.
Result<bool> MailReplyReader::take_line(std::string_view line) {
  const bool coded = line.size() >= 3 && line[0] >= '2' && line[0] <= '5' && line[1] >= '0' && line[1] <= '9' &&
                     line[2] >= '0' && line[2] <= '9' && (line.size() == 3 || line[3] == ' ' || line[3] == '-');
  if (!coded || line.find('\n') != std::string_view::npos) return bad_reply(base::printable(line, 100));
  const int code = (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
  if (!reply_.lines.empty() && code != reply_.code) return bad_reply("its lines have different codes");
  if (reply_.lines.size() >= kMaxLines) return bad_reply("over 100 lines");
  reply_.code = code;
  reply_.lines.emplace_back(line.substr(std::min<std::size_t>(4, line.size())));
  return line.size() == 3 || line[3] == ' ';
}

}  // namespace platos::egress
