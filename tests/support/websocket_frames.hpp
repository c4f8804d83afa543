// WebSocket frames as a client writes and reads them: right ones, and wrong ones.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace platos::tests {

namespace frame_kind {
inline constexpr int kContinuation = 0, kText = 1, kBinary = 2, kClose = 8, kPing = 9, kPong = 10;
}

struct FrameForm {
  bool last = true;
  bool masked = true;
  int reserved = 0;  ///< the three bits, as a number from 0 to 7
};

inline std::string client_frame(int opcode, std::string_view payload, FrameForm form = {}) {
  std::string frame(1, static_cast<char>((form.last ? 0x80 : 0) | (form.reserved << 4) | opcode));
  const int mask_bit = form.masked ? 0x80 : 0;
  const auto append_size = [&](int marker, int bytes) {
    frame += static_cast<char>(mask_bit | marker);
    for (int i = bytes - 1; i >= 0; --i) frame += static_cast<char>(payload.size() >> (8 * i));
  };
  if (payload.size() < 126) {
    frame += static_cast<char>(mask_bit | static_cast<int>(payload.size()));
  } else if (payload.size() < 65'536) {
    append_size(126, 2);
  } else {
    append_size(127, 8);
  }
  if (!form.masked) return frame.append(payload);
  constexpr std::string_view kMask = "\x11\x22\x33\x44";
  frame += kMask;
  for (std::size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ kMask[i % 4]);
  return frame;
}

inline std::string client_text(std::string_view text) { return client_frame(frame_kind::kText, text); }

struct ServerFrame {
  int opcode = 0;
  std::string payload;
  /// Of a close frame; 1005: none, as RFC 6455 has it.
  int status() const {
    if (payload.size() < 2) return 1005;
    return static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
  }
};

/// Takes the first frame away from what came; nullopt while it is not whole. Servers mask and cut nothing.
inline std::optional<ServerFrame> take_server_frame(std::string& bytes) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])); };
  if (bytes.size() < 2) return std::nullopt;
  std::uint64_t size = at(1) & 0x7F;
  std::size_t head = 2;
  const std::size_t more = size == 126 ? 2 : size == 127 ? 8 : 0;
  if (bytes.size() < head + more) return std::nullopt;
  if (more > 0) size = 0;
  for (std::size_t i = 0; i < more; ++i) size = size << 8 | at(head + i);
  head += more;
  if (bytes.size() - head < size) return std::nullopt;
  ServerFrame frame{static_cast<int>(at(0) & 0x0F), bytes.substr(head, size)};
  bytes.erase(0, head + size);
  return frame;
}

inline std::vector<ServerFrame> take_server_frames(std::string& bytes) {
  std::vector<ServerFrame> frames;
  while (auto frame = take_server_frame(bytes)) frames.push_back(std::move(*frame));
  return frames;
}

}  // namespace platos::tests
