// Base64 that arrives in pieces. Not thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace platos::image_vendors {

class Base64Stream {
 public:
  /// Appends the bytes that are complete. False for anything that is no base64, also after padding.
  bool feed(std::string_view text, std::string& out);

  /// Whether what was fed ends where base64 may end, padded or not.
  bool is_whole() const noexcept;

 private:
  std::uint32_t buffer_ = 0;  // bits wait in it, the oldest on top
  unsigned bits_ = 0;
  std::size_t digits_ = 0;
  std::size_t padding_ = 0;
};

}  // namespace platos::image_vendors
