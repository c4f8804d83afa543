// What may be reached: the guard against server-side request forgery.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace platos::egress {

/// Who wrote the URL. Hosts of the operator may be anywhere; hosts of a tenant must be public. Web is a page of the
/// public web that a model asked for: like a tenant's, and http will do.
enum class HostTrust { Unspecified, Operator, Tenant, Web };

struct TargetUrl {
  bool https = false;
  std::string host;  ///< lower case, without brackets
  std::uint16_t port = 0;
  std::string path;  ///< with the query, without the fragment; at least "/"
};

/// Parses once, strictly: http or https, no user-info, no control characters, spaces or backslashes. For a tenant also:
/// https only, port 443, no address literal that is not plainly public, no local or metadata names. Of the web also
/// http, on port 80. InvalidArgument "invalid_url", PermissionDenied "address_refused".
Result<TargetUrl> check_url(std::string_view url, HostTrust trust);

/// False for every address that a tenant must not reach: loopback, private, link-local, shared, documentation,
/// multicast, reserved ranges, and forms that carry an IPv4 address inside an IPv6 one, which are checked again.
bool is_public(const sockaddr& address);

/// Every address of a name, by the system's resolver. Blocks: call it on a pool. A tenant's name is refused when any of
/// its addresses is not public.
Result<std::vector<std::string>> resolve(const TargetUrl& target, HostTrust trust);

}  // namespace platos::egress
