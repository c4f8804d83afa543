#include "egress/request_text.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace platos::egress {
namespace {

constexpr std::array<std::string_view, 5> kOwnHeaders = {"host", "content-length", "transfer-encoding", "connection",
                                                         "expect"};

bool is_token(std::string_view text) {
  const auto allowed = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  };
  return !text.empty() && std::all_of(text.begin(), text.end(), allowed);
}

bool is_own(std::string_view name) {
  return std::any_of(kOwnHeaders.begin(), kOwnHeaders.end(),
                     [name](std::string_view own) { return base::equals_ignoring_case(own, name); });
}

std::string authority_of(const TargetUrl& target) {
  std::string authority = target.host.find(':') == std::string::npos ? target.host : "[" + target.host + "]";
  if (target.port != (target.https ? 443 : 80)) authority += ":" + std::to_string(target.port);
  return authority;
}

}  // namespace

Result<void> check_headers(const HttpRequest& request) {
  constexpr std::string_view kBreaks("\r\n\0", 3);
  const auto refuse = [](std::string_view what, std::string_view name) {
    return fail(ErrorKind::InvalidArgument, "invalid_header",
                std::string(what) + " \"" + base::printable(name, 60) + "\"");
  };
  if (!is_token(request.method)) return refuse("not a method of HTTP:", request.method);
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name)) return refuse("not the name of a header:", name);
    if (is_own(name)) return refuse("the client writes this header itself:", name);
    if (value.find_first_of(kBreaks) != std::string::npos) return refuse("a line break in the value of", name);
  }
  return {};
}

std::string request_text(const HttpRequest& request, const TargetUrl& target, const Proxy* proxy) {
  const bool has_body =
      !request.body.empty() || request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  std::string text;
  std::size_t size = 160 + target.host.size() + target.path.size() + request.body.size();
  for (const auto& [name, value] : request.headers) size += name.size() + value.size() + 4;
  text.reserve(size);
  text.append(request.method).append(" ");
  if (proxy != nullptr) text.append("http://").append(authority_of(target));
  text.append(target.path).append(" HTTP/1.1\r\nHost: ");
  text.append(authority_of(target)).append("\r\n");
  if (proxy != nullptr) text.append(proxy->authorization());
  bool has_agent = false;
  bool has_accept = false;
  for (const auto& [name, value] : request.headers) {
    has_agent = has_agent || base::equals_ignoring_case(name, "user-agent");
    has_accept = has_accept || base::equals_ignoring_case(name, "accept");
    text.append(name).append(value.empty() ? ":" : ": ").append(value).append("\r\n");
  }
  if (!has_agent) text += "User-Agent: platos\r\n";
  if (!has_accept) text += "Accept: */*\r\n";
  if (has_body) text.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
  text += "\r\n";
  text += request.body;
  return text;
}

std::string origin_of(const TargetUrl& target, HostTrust trust) {
  // A tenant's connection goes to an address that was looked at; an operator's may go anywhere.
  return (trust == HostTrust::Operator ? "operator " : "tenant ") + std::string(target.https ? "https" : "http") +
         "://" + authority_of(target);
}

}  // namespace platos::egress
