// A request as it goes over the wire. Internal to egress.
#pragma once

#include <string>

#include "egress/client.hpp"

namespace platos::egress {

/// Refuses what would change where the request ends or whom it is for: names that are not tokens, line breaks in
/// values, and the headers that the client writes itself. InvalidArgument "invalid_header".
Result<void> check_headers(const HttpRequest& request);

/// Head and body; the headers were checked. `proxy`: null, or one that passes a request without TLS on.
std::string request_text(const HttpRequest& request, const TargetUrl& target, const Proxy* proxy = nullptr);

/// What two requests must share to use one connection.
std::string origin_of(const TargetUrl& target, HostTrust trust);

}  // namespace platos::egress
