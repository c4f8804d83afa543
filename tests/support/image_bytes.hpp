// Files that are images as far as their headers and ends go, and texts that hold them. Nothing in them can be seen.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace platos::tests {

inline std::string number_bytes(std::uint32_t number, int count, bool big_endian) {
  std::string bytes;
  for (int i = 0; i < count; ++i) {
    const int shift = 8 * (big_endian ? count - 1 - i : i);
    bytes += static_cast<char>(number >> shift & 0xFFU);
  }
  return bytes;
}

/// `filling`: bytes between header and end.
inline std::string png_bytes(std::uint32_t width, std::uint32_t height, std::size_t filling = 32) {
  return std::string("\x89PNG\r\n\x1A\n", 8) + number_bytes(13, 4, true) + "IHDR" + number_bytes(width, 4, true) +
         number_bytes(height, 4, true) + std::string("\x08\x02\0\0\0", 5) + "CRC!" + std::string(filling, 'p') +
         number_bytes(0, 4, true) + std::string("IEND\xAE\x42\x60\x82", 8);
}

inline std::string jpeg_bytes(std::uint32_t width, std::uint32_t height, std::size_t filling = 32) {
  const auto segment = [](char marker, const std::string& content) {
    return std::string("\xFF", 1) + marker + number_bytes(static_cast<std::uint32_t>(content.size()) + 2, 2, true) +
           content;
  };
  return std::string("\xFF\xD8", 2) + segment('\xE0', std::string("JFIF\0\1\1\0\0\1\0\1\0\0", 14)) +
         segment('\xC4', std::string(20, 'h')) +
         segment('\xC0', "\x08" + number_bytes(height, 2, true) + number_bytes(width, 2, true) + std::string(10, 'c')) +
         segment('\xDA', std::string(10, 's')) + std::string(filling, 'j') + "\xFF\xD9";
}

/// `kind`: "VP8 ", "VP8L" or "VP8X".
inline std::string webp_bytes(const std::string& kind, std::uint32_t width, std::uint32_t height,
                              std::size_t filling = 32) {
  std::string content;
  if (kind == "VP8 ") {
    content = std::string("\0\0\0\x9D\x01\x2A", 6) + number_bytes(width, 2, false) + number_bytes(height, 2, false);
  } else if (kind == "VP8L") {
    content = "\x2F" + number_bytes((width - 1) | (height - 1) << 14, 4, false);
  } else {
    content = std::string(4, '\0') + number_bytes(width - 1, 3, false) + number_bytes(height - 1, 3, false);
  }
  content += std::string(filling, 'w');
  const std::string chunk = kind + number_bytes(static_cast<std::uint32_t>(content.size()), 4, false) + content;
  return "RIFF" + number_bytes(static_cast<std::uint32_t>(chunk.size()) + 4, 4, false) + "WEBP" + chunk;
}

inline std::string to_base64(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    std::uint32_t group = 0;
    for (std::size_t i = 0; i < 3; ++i)
      group = group << 8 | (at + i < bytes.size() ? static_cast<unsigned char>(bytes[at + i]) : 0U);
    for (std::size_t i = 0; i < 4; ++i) text += at + i <= bytes.size() ? kAlphabet[group >> (18 - 6 * i) & 63U] : '=';
  }
  return text;
}

}  // namespace platos::tests
