// A head that is accepted is written out again, and reads as the same one.
#include "ingress/head_parser.hpp"

#include "fuzz/clean_error.hpp"

using namespace platos;
using fuzz::require;

namespace {

/// What a connection passes on: no empty lines before it, nothing behind the first empty line.
std::string_view head_of(std::string_view input) {
  while (input.starts_with("\r\n")) input.remove_prefix(2);
  const auto crlf = input.find("\n\r\n");
  const auto bare = input.find("\n\n");
  if (crlf == std::string_view::npos && bare == std::string_view::npos) return {};
  return input.substr(0, bare < crlf ? bare + 2 : crlf + 3);
}

std::string written(const ingress::Head& head) {
  const ingress::Request& request = head.request;
  std::string text = request.method + " " + request.path + (request.query.empty() ? "" : "?") + request.query;
  text += head.http10 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n";
  for (const auto& [name, value] : request.headers) text += name + ": " + value + "\r\n";
  return text + "\r\n";
}

void check_head(std::string_view text) {
  const auto head = ingress::parse_head(text);
  if (!head) return fuzz::require_clean(head.error());
  require(!head->request.method.empty() && head->request.path.starts_with('/'),
          "an accepted head has its request line");
  require(!head->chunked || head->content_length == 0, "the body has one length");
  for (const auto& [name, value] : head->request.headers) {
    require(name == base::to_lower(name) && value == base::trim(value), "headers are lower case and trimmed");
    const bool is_one_line = (name + value).find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos;
    require(is_one_line && ingress::check_field_line(name + ":" + value).has_value(), "each header is one");
  }
  const auto again = ingress::parse_head(written(*head));
  require(again.has_value(), "an accepted head is accepted again");
  const bool is_same = again->request.method == head->request.method && again->request.path == head->request.path &&
                       again->request.query == head->request.query && again->request.headers == head->request.headers &&
                       again->chunked == head->chunked && again->content_length == head->content_length &&
                       again->keep_alive == head->keep_alive && again->expects_continue == head->expects_continue &&
                       again->http10 == head->http10;
  require(is_same, "an accepted head reads the same when it is written out");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = fuzz::text_of(data, size);
  if (const std::string_view head = head_of(input); !head.empty()) check_head(head);
  const std::string_view line = input.substr(0, input.find('\n'));
  if (line.empty()) return 0;
  if (const auto checked = ingress::check_field_line(line); !checked) {
    fuzz::require_clean(checked.error());
  } else {
    require(line.find(':') != std::string_view::npos && line.find('\r') == std::string_view::npos,
            "a field has a name");
  }
  return 0;
}
