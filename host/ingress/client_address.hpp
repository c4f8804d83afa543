// Who sends a request that came through proxies.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/network.hpp"

namespace platos::ingress {

/// `peer` unless it is a trusted proxy; then the last address of X-Forwarded-For that is none. What stands before it
/// may be the client's invention, and so may anything that is not an address: there, reading ends.
std::string client_address(const std::string& peer, std::string_view forwarded_for,
                           const std::vector<base::Network>& trusted);

}  // namespace platos::ingress
