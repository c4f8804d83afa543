#include "base/network.hpp"

#include <arpa/inet.h>

#include <cstring>

#include "base/text.hpp"

namespace platos::base {
namespace {

using Bytes = std::array<std::uint8_t, 16>;
constexpr int kMappedBits = 96;

/// As IPv6, mapped if need be; `is_ipv4` tells.
std::optional<Bytes> parse_address(std::string_view text, bool& is_ipv4) {
  const std::string copy(text);
  Bytes bytes{};
  is_ipv4 = ::inet_pton(AF_INET, copy.c_str(), bytes.data() + 12) == 1;
  if (is_ipv4) {
    bytes[10] = bytes[11] = 0xFF;
    return bytes;
  }
  if (::inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1) return bytes;
  return std::nullopt;
}

bool bit(const Bytes& bytes, int index) {
  return (bytes[static_cast<std::size_t>(index / 8)] >> (7 - index % 8) & 1) != 0;
}

}  // namespace

std::optional<Network> Network::parse(std::string_view text) {
  const auto slash = text.find('/');
  bool is_ipv4 = false;
  const auto address = parse_address(text.substr(0, slash), is_ipv4);
  if (!address) return std::nullopt;
  Network network;
  network.prefix_ = *address;
  network.bits_ = 128;
  if (slash != std::string_view::npos) {
    std::uint64_t bits = 0;
    if (!parse_uint64(text.substr(slash + 1), bits) || bits > (is_ipv4 ? 32U : 128U)) return std::nullopt;
    network.bits_ = static_cast<int>(bits) + (is_ipv4 ? kMappedBits : 0);
  }
  for (int i = network.bits_; i < 128; ++i) {
    if (bit(network.prefix_, i)) return std::nullopt;
  }
  return network;
}

bool Network::contains(std::string_view address) const {
  bool is_ipv4 = false;
  const auto bytes = parse_address(address, is_ipv4);
  if (!bytes) return false;
  for (int i = 0; i < bits_; ++i) {
    if (bit(*bytes, i) != bit(prefix_, i)) return false;
  }
  return true;
}

bool is_loopback(std::string_view address) {
  static const auto kLoopback4 = Network::parse("127.0.0.0/8");
  static const auto kLoopback6 = Network::parse("::1");
  return kLoopback4->contains(address) || kLoopback6->contains(address);
}

std::string customer_network(const std::string& address) {
  in6_addr parsed{};
  if (::inet_pton(AF_INET6, address.c_str(), &parsed) != 1) return address;
  if (IN6_IS_ADDR_V4MAPPED(&parsed)) {
    char text[INET_ADDRSTRLEN] = "";
    ::inet_ntop(AF_INET, parsed.s6_addr + 12, text, sizeof text);
    return text;
  }
  return to_hex({reinterpret_cast<const char*>(parsed.s6_addr), 8}) + "::/64";
}

}  // namespace platos::base
