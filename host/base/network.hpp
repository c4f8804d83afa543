// Networks of addresses, such as 10.0.0.0/8.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace platos::base {

/// A value. IPv4 networks also hold their addresses in the form ::ffff:a.b.c.d.
class Network {
 public:
  /// An address, or address/bits. Nullopt when it is neither, or has bits set behind its prefix.
  static std::optional<Network> parse(std::string_view text);
  /// False for what is no address.
  bool contains(std::string_view address) const;

 private:
  std::array<std::uint8_t, 16> prefix_{};
  int bits_ = 0;
};

/// One of this machine, in either form.
bool is_loopback(std::string_view address);

/// What one customer has: an IPv4 address as it is, of an IPv6 one the network of 64 bits.
std::string customer_network(const std::string& address);

}  // namespace platos::base
