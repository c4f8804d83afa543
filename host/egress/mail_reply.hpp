// Replies of a mail server (RFC 5321, 4.2). Internal to egress.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace platos::egress {

struct MailReply {
  int code = 0;
  std::vector<std::string> lines;  ///< without code and line end

  bool is_positive() const { return code >= 200 && code < 400; }
  bool is_permanent() const { return code >= 500; }
  /// Code and last line, printable, for an error text.
  std::string shown() const;
};

/// Collects bytes until a reply is whole. Bound to its connection.
class MailReplyReader {
 public:
  /// The next reply, if it is there. Internal "mail_bad_reply" for bytes that are none: a line over 2 KiB, over 100
  /// lines, no code, codes that differ, bare line feeds.
  Result<std::optional<MailReply>> next();
  void add(std::string_view bytes) { buffer_ += bytes; }
  /// Something stands behind the replies that were taken. A server that speaks before it is asked is not trusted: what
  /// it says before TLS may be another's.
  bool has_more() const { return !buffer_.empty() || !reply_.lines.empty(); }

 private:
  Result<bool> take_line(std::string_view line);

  std::string buffer_;
  MailReply reply_;
};

}  // namespace platos::egress
