#include "egress/proxy.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "egress/mail_encoding.hpp"

namespace platos::egress {
namespace {

constexpr std::string_view kScheme = "http://";

// What holds a password is not repeated: where it begins and ends is just what is not clear.
tl::unexpected<Error> invalid(std::string_view url) {
  const bool has_credentials = url.find('@') != std::string_view::npos;
  return fail(ErrorKind::InvalidArgument, "invalid_proxy",
              "egress.proxy: expected http://host:port or http://user:password@host:port, found " +
                  (has_credentials ? "another text with credentials; \"/\", \"?\" and \"#\" cannot stand in them"
                                   : "\"" + base::printable(url) + "\""));
}

}  // namespace

Result<Proxy> Proxy::parse(const std::string& url, const std::vector<std::string>& exceptions) {
  Proxy proxy;
  if (url.empty()) return proxy;
  if (!url.starts_with(kScheme)) return invalid(url);
  std::string rest = url.substr(kScheme.size());
  if (const auto at = rest.rfind('@'); at != std::string::npos) {
    // Elsewhere a URL's password ends at these, and would be shown from there on.
    if (rest.find_first_of("/?#") < at) return invalid(url);
    proxy.authorization_ = "Proxy-Authorization: Basic " + base64(rest.substr(0, at)) + "\r\n";
    rest.erase(0, at + 1);
  }
  const auto target = check_url(std::string(kScheme) + rest, HostTrust::Operator);
  if (!target || target->path != "/" || rest.find(':') == std::string::npos) return invalid(url);
  proxy.host_ = target->host;
  proxy.port_ = target->port;
  for (const auto& exception : exceptions) {
    if (const auto network = base::Network::parse(exception)) {
      proxy.networks_.push_back(*network);
    } else {
      proxy.names_.push_back(base::to_lower(exception));
    }
  }
  return proxy;
}

bool Proxy::is_for(const std::string& host) const {
  if (host_.empty()) return false;
  const auto names_it = [&](const std::string& name) {
    return name == host || (name.starts_with('.') && (host.ends_with(name) || host == name.substr(1)));
  };
  return std::none_of(names_.begin(), names_.end(), names_it) &&
         std::none_of(networks_.begin(), networks_.end(), [&](const auto& network) { return network.contains(host); });
}

std::string Proxy::connect_text(const std::string& host, std::uint16_t port) const {
  const std::string authority =
      (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port);
  return "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\nUser-Agent: platos\r\n" + authorization_ +
         "\r\n";
}

}  // namespace platos::egress
