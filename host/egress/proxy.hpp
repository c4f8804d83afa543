// The outbound proxy, if the operator has one. Internal to egress, but for Proxy.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/network.hpp"
#include "base/result.hpp"
#include "egress/address_guard.hpp"

namespace platos::egress {

/// An HTTP proxy. A value.
class Proxy {
 public:
  /// "http://user:password@host:port", user and password as they are but without "/", "?", "#"; or
  /// empty: none. `exceptions`: hosts that are
  /// reached without it: names, ".suffixes", addresses and networks. InvalidArgument "invalid_proxy"; never repeats the
  /// password.
  static Result<Proxy> parse(const std::string& url, const std::vector<std::string>& exceptions);

  /// False for hosts that are excepted, and always when there is none.
  bool is_for(const std::string& host) const;

  /// Where it is.
  TargetUrl target() const { return {false, host_, port_, "/"}; }
  /// "Proxy-Authorization: ...\r\n", or empty.
  const std::string& authorization() const { return authorization_; }
  /// What opens a tunnel to this host, given as a name or as an address.
  std::string connect_text(const std::string& host, std::uint16_t port) const;

 private:
  std::string host_;
  std::uint16_t port_ = 0;
  std::string authorization_;
  std::vector<std::string> names_;
  std::vector<base::Network> networks_;
};

}  // namespace platos::egress
