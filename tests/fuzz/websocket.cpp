// A WebSocket hears the same however its bytes arrive, and what it hears is a packet of Socket.IO or is not.
#include "ingress/websocket.hpp"

#include "base/text.hpp"
#include "fuzz/property.hpp"
#include "ingress/engine_io/packet.hpp"
#include "support/websocket_frames.hpp"

using namespace platos;
using fuzz::require;

namespace {

constexpr std::size_t kMaxMessage = 512;

struct Hearing final : ingress::WebSocketPeer {
  std::vector<std::string> texts;
  void on_open(ingress::WebSocket&) override {}
  void on_text(std::string text) override { texts.push_back(std::move(text)); }
  void on_sent() override {}
  void on_drain() override {}
  void on_closed() override {}
};

/// The texts alone: whether the reason in a client's close frame is UTF-8, wslay judges by how its bytes come, and with
/// that how the socket ends and whether a pong still leaves.
std::vector<std::string> texts_of(const std::vector<std::string_view>& pieces) {
  const auto peer = std::make_shared<Hearing>();
  ingress::WebSocket socket(peer, kMaxMessage);
  for (const std::string_view piece : pieces) socket.receive(piece);
  std::string out;
  while (socket.pull(out, 64) == ingress::ByteStream::State::Bytes) {
  }
  tests::take_server_frames(out);
  require(out.empty(), "answers are whole frames");
  return peer->texts;
}

void check_packet(std::string_view text) {
  const auto packet = ingress::parse_socket_packet(text);
  if (!packet) return;
  require(packet->name_space.starts_with('/'), "a namespace begins with a slash");
  require(packet->payload.size() <= text.size(), "a payload is a part of its packet");
  if (packet->payload.starts_with('/')) return;  // no JSON, and in the default namespace the name of another
  const std::string again = ingress::encode(*packet);
  const auto second = ingress::parse_socket_packet(again);
  require(second.has_value(), "what was read can be written and read");
  const bool same = second->type == packet->type && second->name_space == packet->name_space &&
                    second->ack == packet->ack && second->payload == packet->payload;
  require(same, "what was written is what was read");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input = fuzz::text_of(data, size);
  const auto whole = texts_of({input});
  for (const auto& text : whole) {
    require(text.size() <= kMaxMessage, "a message stays under its limit");
    require(base::is_valid_utf8(text), "a text is UTF-8");
    check_packet(text);
  }
  for (int way = 0; way < fuzz::kCuts; ++way) {
    require(texts_of(fuzz::cut(input, way)) == whole, "cuts change nothing, way " + std::to_string(way));
  }
  for (const auto packet : base::split(input, ingress::kPacketSeparator)) check_packet(packet);
  return 0;
}
