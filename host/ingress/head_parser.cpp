#include "ingress/head_parser.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace platos::ingress {
namespace {

constexpr std::size_t kMaxHeaders = 100;

tl::unexpected<Error> bad(const std::string& what) {
  return fail(ErrorKind::InvalidArgument, "bad_request", "the HTTP request is malformed: " + what);
}

bool is_token(std::string_view text) {
  constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kOthers.find(c) != std::string_view::npos;
  });
}

bool is_field_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F); });
}

Result<void> check_request_line(std::string_view line) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  if (first == std::string_view::npos || first == last)
    return bad("the request line needs a method, a target and a version");
  if (!is_token(line.substr(0, first)) || first > 16) return bad("the method is not a token");
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const bool visible = std::all_of(target.begin(), target.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (!visible || !target.starts_with('/')) return bad("the target must be a path of visible ASCII");
  const std::string_view version = line.substr(last + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return bad("the version must be HTTP/1.1 or HTTP/1.0");
  return {};
}

Result<void> check_lines(std::string_view text) {
  std::size_t headers = 0;
  for (bool first = true; !text.empty(); first = false) {
    const auto end = text.find('\n');
    if (end == 0 || end == std::string_view::npos || text[end - 1] != '\r')
      return bad("a line does not end with CR LF");
    const std::string_view line = text.substr(0, end - 1);
    text.remove_prefix(end + 1);
    if (line.empty() && !first) break;
    if (line.find('\r') != std::string_view::npos) return bad("a line holds a bare CR");
    if (++headers > kMaxHeaders) return bad("more than 100 headers");
    if (auto checked = first ? check_request_line(line) : check_field_line(line); !checked) return checked;
  }
  return {};
}

Result<void> read_framing(const std::vector<std::pair<std::string, std::string>>& headers, Head& head) {
  int lengths = 0;
  int codings = 0;
  for (const auto& [name, value] : headers) {
    if (name == "content-length") {
      ++lengths;
      if (!base::parse_uint64(value, head.content_length)) return bad("Content-Length is not a number");
    } else if (name == "transfer-encoding") {
      ++codings;
      if (!base::equals_ignoring_case(value, "chunked")) return bad("a Transfer-Encoding besides chunked");
      head.chunked = true;
    } else if (name == "content-encoding" && !base::equals_ignoring_case(value, "identity")) {
      return fail(ErrorKind::UnsupportedMedia, "unsupported_encoding",
                  "Content-Encoding: only identity is read, found " + base::printable(value, 40));
    } else if (name == "expect") {
      head.expects_continue = base::equals_ignoring_case(value, "100-continue");
    }
  }
  if (lengths > 1 || codings > 1 || (lengths > 0 && codings > 0)) return bad("the length of the body is given twice");
  return {};
}

}  // namespace

Result<void> check_field_line(std::string_view line) {
  if (line.starts_with(' ') || line.starts_with('\t')) return bad("a header is folded over two lines");
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return bad("a header has no name");
  if (!is_field_text(line.substr(colon + 1))) return bad("a header holds a control character");
  return {};
}

namespace {

void read_request_line(std::string_view line, Head& head) {
  const auto first = line.find(' ');
  const auto last = line.rfind(' ');
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const auto question = target.find('?');
  head.request.method = line.substr(0, first);
  head.request.path = target.substr(0, question);
  if (question != std::string_view::npos) head.request.query = target.substr(question + 1);
  head.http10 = line.ends_with("HTTP/1.0");
}

bool connection_has(const Request& request, std::string_view token) {
  return std::any_of(request.headers.begin(), request.headers.end(), [&](const auto& header) {
    if (header.first != "connection") return false;
    const auto items = base::split(header.second, ',');
    return std::any_of(items.begin(), items.end(),
                       [&](std::string_view item) { return base::equals_ignoring_case(base::trim(item), token); });
  });
}

}  // namespace

// Not Poco's reader: it decodes RFC 2047 words inside header values, so that `=?utf-8?Q?chunked?=` is a framing that a
// proxy in front does not see (host/docs/adr/0002-http-head.md).
Result<Head> parse_head(std::string_view text) {
  if (auto checked = check_lines(text); !checked) return fail(checked.error());
  Head head;
  Request& request = head.request;
  read_request_line(text.substr(0, text.find('\r')), head);
  text.remove_prefix(text.find('\n') + 1);
  for (auto end = text.find('\r'); end != 0 && end != std::string_view::npos; end = text.find('\r')) {
    const std::string_view line = text.substr(0, end);
    const auto colon = line.find(':');
    request.headers.emplace_back(base::to_lower(line.substr(0, colon)),
                                 std::string(base::trim(line.substr(colon + 1))));
    text.remove_prefix(end + 2);
  }
  const auto hosts = std::count_if(request.headers.begin(), request.headers.end(),
                                   [](const auto& each) { return each.first == "host"; });
  if (hosts > 1 || (hosts == 0 && !head.http10)) return bad("exactly one Host header is needed");
  head.keep_alive = head.http10 ? connection_has(request, "keep-alive") : !connection_has(request, "close");
  if (auto framed = read_framing(request.headers, head); !framed) return fail(framed.error());
  if (head.chunked && head.http10) return bad("HTTP/1.0 has no chunked bodies");
  return head;
}

}  // namespace platos::ingress
