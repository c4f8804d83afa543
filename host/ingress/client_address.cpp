#include "ingress/client_address.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace platos::ingress {
namespace {

bool is_trusted(std::string_view address, const std::vector<base::Network>& trusted) {
  return std::any_of(trusted.begin(), trusted.end(), [&](const auto& network) { return network.contains(address); });
}

}  // namespace

std::string client_address(const std::string& peer, std::string_view forwarded_for,
                           const std::vector<base::Network>& trusted) {
  std::string address = peer;
  while (!forwarded_for.empty() && is_trusted(address, trusted)) {
    const auto comma = forwarded_for.rfind(',');
    const std::string_view named =
        base::trim(comma == std::string_view::npos ? forwarded_for : forwarded_for.substr(comma + 1));
    if (!base::Network::parse(named) || named.find('/') != std::string_view::npos) break;
    address = named;
    forwarded_for = comma == std::string_view::npos ? "" : forwarded_for.substr(0, comma);
  }
  return address;
}

}  // namespace platos::ingress
