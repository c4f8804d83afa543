#include "egress/address_guard.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "base/text.hpp"

namespace platos::egress {
namespace {

struct Range4 {
  std::uint32_t network;
  int bits;
};
constexpr std::uint32_t ip4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}
constexpr std::array<Range4, 16> kClosed4 = {{{ip4(0, 0, 0, 0), 8},
                                              {ip4(10, 0, 0, 0), 8},
                                              {ip4(100, 64, 0, 0), 10},
                                              {ip4(127, 0, 0, 0), 8},
                                              {ip4(169, 254, 0, 0), 16},
                                              {ip4(172, 16, 0, 0), 12},
                                              {ip4(192, 0, 0, 0), 24},
                                              {ip4(192, 0, 2, 0), 24},
                                              {ip4(192, 88, 99, 0), 24},
                                              {ip4(192, 168, 0, 0), 16},
                                              {ip4(198, 18, 0, 0), 15},
                                              {ip4(198, 51, 100, 0), 24},
                                              {ip4(203, 0, 113, 0), 24},
                                              {ip4(224, 0, 0, 0), 4},
                                              {ip4(240, 0, 0, 0), 4},
                                              {ip4(255, 255, 255, 255), 32}}};

bool is_public4(std::uint32_t address) {
  return std::none_of(kClosed4.begin(), kClosed4.end(), [address](const Range4& range) {
    const std::uint32_t mask = range.bits == 32 ? ~0u : ~(~0u >> range.bits);
    return (address & mask) == range.network;
  });
}

using Bytes16 = std::array<std::uint8_t, 16>;

std::uint32_t inner4(const Bytes16& bytes, std::size_t at) {
  return ip4(bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]);
}

bool starts_with(const Bytes16& bytes, std::initializer_list<std::uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), bytes.begin());
}

bool is_public6(const Bytes16& bytes) {
  const bool zeros10 = std::all_of(bytes.begin(), bytes.begin() + 10, [](std::uint8_t b) { return b == 0; });
  if (zeros10 && bytes[10] == 0xff && bytes[11] == 0xff) return is_public4(inner4(bytes, 12));  // mapped
  if (zeros10 && bytes[10] == 0 && bytes[11] == 0) return false;              // ::, ::1 and IPv4-compatible
  if (starts_with(bytes, {0x00, 0x64, 0xff, 0x9b})) return false;             // NAT64, both prefixes
  if (starts_with(bytes, {0x20, 0x02})) return is_public4(inner4(bytes, 2));  // 6to4
  if (starts_with(bytes, {0x20, 0x01, 0x00, 0x00})) return false;             // Teredo
  if (starts_with(bytes, {0x20, 0x01, 0x0d, 0xb8})) return false;             // documentation
  if (starts_with(bytes, {0x01, 0x00, 0, 0, 0, 0, 0, 0})) return false;       // discard
  if ((bytes[0] & 0xfe) == 0xfc) return false;                                // unique local
  if (bytes[0] == 0xfe && (bytes[1] & 0x80) != 0) return false;               // link-local and the old site-local
  return bytes[0] != 0xff;                                                    // multicast
}

tl::unexpected<Error> refused(std::string_view host, std::string_view why) {
  return fail(ErrorKind::PermissionDenied, "address_refused",
              "\"" + base::printable(host) + "\" may not be reached: " + std::string(why));
}

tl::unexpected<Error> invalid(std::string_view url, std::string_view why) {
  return fail(ErrorKind::InvalidArgument, "invalid_url", "\"" + base::printable(url) + "\": " + std::string(why));
}

// Anything whose last label is a number is an IPv4 address in one of its many spellings.
bool looks_like_number(std::string_view host) {
  const auto dot = host.rfind('.');
  const std::string_view last = dot == std::string_view::npos ? host : host.substr(dot + 1);
  if (last.empty()) return true;
  if (last.starts_with("0x")) return true;
  return std::all_of(last.begin(), last.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_local_name(std::string_view host) {
  constexpr std::array<std::string_view, 4> kSuffixes = {".localhost", ".local", ".internal", ".home.arpa"};
  constexpr std::array<std::string_view, 4> kEmbedding = {".nip.io", ".sslip.io", ".xip.io", ".localtest.me"};
  if (host == "localhost" || host == "localtest.me") return true;
  const auto ends = [host](std::string_view suffix) { return host.ends_with(suffix); };
  return std::any_of(kSuffixes.begin(), kSuffixes.end(), ends) ||
         std::any_of(kEmbedding.begin(), kEmbedding.end(), ends) || host.find('.') == std::string_view::npos;
}

Result<void> check_tenant_host(const std::string& host) {
  sockaddr_in6 address6{};
  if (host.find(':') != std::string::npos) {
    if (host.find('%') != std::string::npos) return refused(host, "zone ids are not allowed");
    address6.sin6_family = AF_INET6;
    if (::inet_pton(AF_INET6, host.c_str(), &address6.sin6_addr) != 1) return refused(host, "not an IPv6 address");
    if (!is_public(reinterpret_cast<const sockaddr&>(address6))) return refused(host, "the address is not public");
    return {};
  }
  if (looks_like_number(host)) {
    sockaddr_in address4{};
    address4.sin_family = AF_INET;
    if (::inet_pton(AF_INET, host.c_str(), &address4.sin_addr) != 1) {
      return refused(host, "an address is written as four decimal numbers");
    }
    if (!is_public(reinterpret_cast<const sockaddr&>(address4))) return refused(host, "the address is not public");
    return {};
  }
  if (host.ends_with('.')) return refused(host, "a trailing dot is not allowed");
  if (is_local_name(host)) return refused(host, "the name is local");
  return {};
}

Result<std::uint16_t> parse_port(std::string_view url, std::string_view text, bool https) {
  if (text.empty()) return static_cast<std::uint16_t>(https ? 443 : 80);
  std::uint64_t port = 0;
  if (!base::parse_uint64(text.substr(1), port) || port == 0 || port > 65'535)
    return invalid(url, "the port is not one");
  return static_cast<std::uint16_t>(port);
}

}  // namespace

bool is_public(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    return is_public4(ntohl(in.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address, sizeof in);
    Bytes16 bytes{};
    std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
    return is_public6(bytes);
  }
  return false;
}

Result<TargetUrl> check_url(std::string_view url, HostTrust trust) {
  for (const char c : url) {
    if (c <= 0x20 || c > 0x7E || c == '\\')
      return invalid(url, "holds a space, a backslash or a character that is not ASCII");
  }
  TargetUrl target;
  const std::string scheme = base::to_lower(url.substr(0, url.find(':')));
  target.https = scheme == "https";
  if (!target.https && scheme != "http") return invalid(url, "expected http:// or https://");
  std::string_view rest = url.substr(scheme.size());
  if (!rest.starts_with("://")) return invalid(url, "expected \"://\" after the scheme");
  rest.remove_prefix(3);
  std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  const std::string_view path = rest.substr(authority.size());
  target.path = (path.starts_with('/') ? "" : "/") + std::string(path.substr(0, path.find('#')));
  if (authority.find('@') != std::string_view::npos)
    return invalid(url, "user names and passwords do not belong in a URL");
  std::string_view port_text;
  if (authority.starts_with('[')) {
    const auto close = authority.find(']');
    if (close == std::string_view::npos) return invalid(url, "the bracket of the address is not closed");
    target.host = base::to_lower(authority.substr(1, close - 1));
    port_text = authority.substr(close + 1);
  } else {
    const auto colon = authority.find(':');
    target.host = base::to_lower(authority.substr(0, colon));
    if (colon != std::string_view::npos) port_text = authority.substr(colon);
  }
  if (target.host.empty()) return invalid(url, "has no host");
  const bool plain =
      std::all_of(target.host.begin(), target.host.end(), [bracketed = authority.starts_with('[')](char c) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        return letter || c == '.' || c == '-' || c == '_' || (bracketed && (c == ':' || c == '%'));
      });
  if (!plain) return invalid(url, "the host holds a character that no host has");
  if (!port_text.empty() && port_text.front() != ':') return invalid(url, "the port is not one");
  const auto port = parse_port(url, port_text, target.https);
  if (!port) return fail(port.error());
  target.port = *port;
  if (trust == HostTrust::Operator) return target;
  if (!target.https && trust != HostTrust::Web) return refused(target.host, "only https is allowed");
  const std::uint16_t usual = target.https ? 443 : 80;
  if (target.port != usual) return refused(target.host, "only port " + std::to_string(usual) + " is allowed");
  if (auto allowed = check_tenant_host(target.host); !allowed) return fail(allowed.error());
  return target;
}

Result<std::vector<std::string>> resolve(const TargetUrl& target, HostTrust trust) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo(target.host.c_str(), nullptr, &hints, &found);
  if (code != 0) {
    Error error{ErrorKind::Unavailable,
                "upstream_unreachable",
                "\"" + base::printable(target.host) + "\" has no address: " + ::gai_strerror(code),
                true,
                0,
                {}};
    return fail(std::move(error));
  }
  std::vector<std::string> addresses;
  bool all_public = true;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    all_public = all_public && is_public(*each->ai_addr);
    char text[NI_MAXHOST];
    if (::getnameinfo(each->ai_addr, each->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0) {
      addresses.emplace_back(text);
    }
  }
  ::freeaddrinfo(found);
  if (trust != HostTrust::Operator && !all_public) return refused(target.host, "it has an address that is not public");
  return addresses;
}

}  // namespace platos::egress
