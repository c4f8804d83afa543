// Packets of Engine.IO 4, and of Socket.IO 5 inside them. Texts only: Platos sends and takes no attachments.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace platos::ingress {

/// First character of an Engine.IO packet.
namespace engine_packet {
inline constexpr char kOpen = '0';
inline constexpr char kClose = '1';
inline constexpr char kPing = '2';
inline constexpr char kPong = '3';
inline constexpr char kMessage = '4';
inline constexpr char kUpgrade = '5';
inline constexpr char kNoop = '6';
}  // namespace engine_packet

/// Between the packets of a long-polling body.
inline constexpr char kPacketSeparator = '\x1e';

std::string join_packets(const std::vector<std::string>& packets);

struct SocketPacket {
  enum class Type { Unspecified, Connect, Disconnect, Event, Ack, ConnectError };
  Type type = Type::Unspecified;
  std::string name_space = "/";
  std::optional<std::uint64_t> ack;
  std::string payload;  ///< JSON text, not looked at; may be empty
};

/// Nullopt for what is no packet, or one with attachments.
std::optional<SocketPacket> parse_socket_packet(std::string_view text);
std::string encode(const SocketPacket& packet);

}  // namespace platos::ingress
