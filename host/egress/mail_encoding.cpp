#include "egress/mail_encoding.hpp"

#include <openssl/evp.h>

#include <algorithm>

#include "base/text.hpp"

namespace platos::egress {
namespace {

constexpr std::size_t kLineBytes = 76;
constexpr std::size_t kPlainHeaderBytes = 60;
// Of UTF-8 in one encoded word: with "Subject: ", "=?UTF-8?B?" and "?=" a line stays below 76 bytes.
constexpr std::size_t kWordBytes = 39;
constexpr char kDigits[] = "0123456789ABCDEF";

std::string hex_pair(char mark, char byte) {
  const auto value = static_cast<unsigned char>(byte);
  return {mark, kDigits[value >> 4], kDigits[value & 0xF]};
}

bool is_printable(char byte) { return byte >= 0x20 && byte < 0x7F; }

/// One line of a text without its end.
void append_quoted_line(std::string& out, std::string_view line) {
  std::size_t column = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char byte = line[i];
    const bool ends_line = i + 1 == line.size();
    const bool blank = byte == ' ' || byte == '\t';
    // A blank at the end of a line would be lost on the way.
    const bool plain = blank ? !ends_line : is_printable(byte) && byte != '=';
    const std::string piece = plain ? std::string(1, byte) : hex_pair('=', byte);
    if (column + piece.size() > kLineBytes - 1) {
      out += "=\r\n";
      column = 0;
    }
    out += piece;
    column += piece.size();
  }
  out += "\r\n";
}

}  // namespace

std::string base64(std::string_view bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(size));
  return out;
}

std::string base64_lines(std::string_view bytes) {
  constexpr std::size_t kBytesOfLine = kLineBytes / 4 * 3;
  std::string out;
  for (std::size_t at = 0; at < bytes.size(); at += kBytesOfLine)
    out += base64(bytes.substr(at, kBytesOfLine)) + "\r\n";
  return out;
}

std::string quoted_printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of("\r\n"), text.size());
    append_quoted_line(out, text.substr(0, end));
    const std::size_t ending = text.substr(end, 2) == "\r\n" ? 2 : 1;
    text.remove_prefix(std::min(end + ending, text.size()));
  }
  return out;
}

std::string header_text(std::string_view text) {
  const bool plain = text.size() <= kPlainHeaderBytes && std::all_of(text.begin(), text.end(), is_printable) &&
                     text.find("=?") == std::string_view::npos && base::trim(text) == text;
  if (plain) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const std::string_view piece = base::cut_utf8(text, kWordBytes);
    out += (out.empty() ? "=?UTF-8?B?" : "\r\n =?UTF-8?B?") + base64(piece) + "?=";
    text.remove_prefix(piece.size());
  }
  return out;
}

std::string parameter(std::string_view name, std::string_view value) {
  const bool plain = value.size() <= 50 && std::all_of(value.begin(), value.end(), [](char byte) {
                       return is_printable(byte) && byte != '"' && byte != '\\';
                     });
  const std::string start = ";\r\n " + std::string(name);
  if (plain) return start + "=\"" + std::string(value) + '"';
  std::string out;
  std::string line = "UTF-8''";
  int number = 0;
  const auto flush = [&] {
    out += start + "*" + std::to_string(number++) + "*=" + line;
    line.clear();
  };
  for (const char byte : value) {
    const bool kept = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
                      byte == '.' || byte == '-' || byte == '_';
    line += kept ? std::string(1, byte) : hex_pair('%', byte);
    if (line.size() > 50) flush();
  }
  if (!line.empty()) flush();
  return out;
}

}  // namespace platos::egress
