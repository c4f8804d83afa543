#include "ingress/engine_io/packet.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace platos::ingress {
namespace {

constexpr std::size_t kMaxNamespace = 200;
constexpr std::size_t kMaxAckDigits = 15;

char digit_of(SocketPacket::Type type) {
  switch (type) {
    case SocketPacket::Type::Connect: return '0';
    case SocketPacket::Type::Disconnect: return '1';
    case SocketPacket::Type::Event: return '2';
    case SocketPacket::Type::Ack: return '3';
    default: return '4';
  }
}

SocketPacket::Type type_of(char digit) {
  switch (digit) {
    case '0': return SocketPacket::Type::Connect;
    case '1': return SocketPacket::Type::Disconnect;
    case '2': return SocketPacket::Type::Event;
    case '3': return SocketPacket::Type::Ack;
    case '4': return SocketPacket::Type::ConnectError;
    default: return SocketPacket::Type::Unspecified;
  }
}

}  // namespace

std::string join_packets(const std::vector<std::string>& packets) {
  std::string joined;
  for (const auto& packet : packets) {
    if (!joined.empty()) joined += kPacketSeparator;
    joined += packet;
  }
  return joined;
}

std::optional<SocketPacket> parse_socket_packet(std::string_view text) {
  SocketPacket packet;
  if (text.empty()) return std::nullopt;
  packet.type = type_of(text.front());
  if (packet.type == SocketPacket::Type::Unspecified) return std::nullopt;
  text.remove_prefix(1);
  if (text.starts_with('/')) {
    const auto comma = text.find(',');
    packet.name_space = text.substr(0, comma);
    // A query behind the name is as old as Socket.IO 2; its clients still send it.
    packet.name_space.resize(std::min(packet.name_space.find('?'), packet.name_space.size()));
    if (packet.name_space.size() > kMaxNamespace) return std::nullopt;
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits > kMaxAckDigits) return std::nullopt;
  std::uint64_t ack = 0;
  if (digits > 0 && base::parse_uint64(text.substr(0, digits), ack)) packet.ack = ack;
  packet.payload = text.substr(digits);
  return packet;
}

std::string encode(const SocketPacket& packet) {
  std::string text(1, digit_of(packet.type));
  if (packet.name_space != "/") text += packet.name_space + ',';
  if (packet.ack) text += std::to_string(*packet.ack);
  return text + packet.payload;
}

}  // namespace platos::ingress
