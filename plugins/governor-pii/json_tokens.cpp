#include "json_tokens.hpp"

#include <algorithm>

#include "folding.hpp"

namespace platos::governor_pii {
namespace {

constexpr std::size_t kMostKeyBytes = 40;

char32_t hex_value(std::string_view digits) noexcept {
  char32_t value = 0;
  for (const char digit : digits) {
    const auto code = static_cast<unsigned char>(digit);
    value = value * 16 + (is_digit(code) ? code - U'0' : to_lower(code) - U'a' + 10);
  }
  return value;
}

void append_utf8(std::string& out, char32_t code) {
  const auto add = [&out](char32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xC0 | code >> 6);
    add(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    add(0xE0 | code >> 12);
    add(0x80 | (code >> 6 & 0x3F));
    add(0x80 | (code & 0x3F));
  } else {
    add(0xF0 | code >> 18);
    add(0x80 | (code >> 12 & 0x3F));
    add(0x80 | (code >> 6 & 0x3F));
    add(0x80 | (code & 0x3F));
  }
}

char simple_escape(char kind) noexcept {
  switch (kind) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return kind;
  }
}

std::string_view last_bytes(std::string_view text, std::size_t most) noexcept {
  if (text.size() <= most) return text;
  text.remove_prefix(text.size() - most);
  while (!text.empty() && !starts_character(text.front())) text.remove_prefix(1);
  return text;
}

}  // namespace

std::string unescaped(std::string_view raw) {
  std::string out;
  out.reserve(raw.size());
  while (!raw.empty()) {
    const std::size_t plain = std::min(raw.find('\\'), raw.size());
    out.append(raw.substr(0, plain));
    raw.remove_prefix(plain);
    if (raw.size() < 2) break;
    if (raw[1] != 'u') {
      out += simple_escape(raw[1]);
      raw.remove_prefix(2);
      continue;
    }
    char32_t code = hex_value(raw.substr(2, 4));
    raw.remove_prefix(std::min<std::size_t>(6, raw.size()));
    if (code >= 0xD800 && code < 0xDC00 && raw.size() >= 6) {
      code = 0x10000 + ((code - 0xD800) << 10) + (hex_value(raw.substr(2, 4)) - 0xDC00);
      raw.remove_prefix(6);
    }
    append_utf8(out, code);
  }
  return out;
}

std::string JsonTokens::text(const JsonToken& token) const {
  if (!token.is_string) return std::string(json_.substr(token.begin, token.end - token.begin));
  return unescaped(json_.substr(token.begin + 1, token.end - token.begin - 2));
}

void JsonTokens::open(bool is_object) {
  levels_.push_back({is_object, key_});
  expects_key_ = is_object;
}

void JsonTokens::close() {
  if (levels_.empty()) return;
  key_ = std::move(levels_.back().key);
  levels_.pop_back();
}

std::size_t JsonTokens::string_end(std::size_t quote) const noexcept {
  std::size_t at = quote + 1;
  while (at < json_.size() && json_[at] != '"') at += json_[at] == '\\' ? 2 : 1;
  return std::min(at + 1, json_.size());
}

void JsonTokens::read_string(JsonToken& token) {
  token = {expects_key_, true, at_, string_end(at_)};
  at_ = token.end;
  if (!expects_key_) return;
  expects_key_ = false;
  key_ = last_bytes(text(token), kMostKeyBytes);
}

bool JsonTokens::next(JsonToken& token) {
  for (; at_ < json_.size(); ++at_) {
    const char byte = json_[at_];
    if (byte == '"') return read_string(token), true;
    if (byte == '{' || byte == '[') {
      open(byte == '{');
    } else if (byte == '}' || byte == ']') {
      close();
    } else if (byte == ',') {
      expects_key_ = !levels_.empty() && levels_.back().is_object;
    } else if (byte == '-' || is_digit(static_cast<unsigned char>(byte))) {
      const std::size_t end = std::min(json_.find_first_not_of("+-.eE0123456789", at_), json_.size());
      token = {false, false, at_, end};
      at_ = end;
      return true;
    }
  }
  return false;
}

}  // namespace platos::governor_pii
