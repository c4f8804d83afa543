// Base64 (RFC 4648, 4) that someone else wrote: whole, or as it arrives.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace platos::plugin_common {

/// Base64 that arrives in pieces. Not thread-safe.
class Base64Stream {
 public:
  /// Appends the bytes that are complete. False for anything that is no base64, blanks too, also after padding.
  bool feed(std::string_view text, std::string& out);

  /// Whether what was fed ends where base64 may end, padded or not.
  bool is_whole() const noexcept;

 private:
  std::uint32_t buffer_ = 0;  // bits wait in it, the oldest on top
  unsigned bits_ = 0;
  std::size_t digits_ = 0;
  std::size_t padding_ = 0;
};

/// The bytes that `text` holds, from any thread. Line breaks and blanks are passed over; padding may be left out.
/// Nullopt for anything else, and for bits that stand behind the last byte.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace platos::plugin_common
