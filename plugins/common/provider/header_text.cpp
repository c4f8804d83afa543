#include "common/provider/header_text.hpp"

#include <algorithm>

namespace platos::provider_common {

bool is_header_name(std::string_view name) {
  constexpr std::string_view kOtherThanLetters = "!#$%&'*+-.^_`|~0123456789";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char byte) {
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           kOtherThanLetters.find(byte) != std::string_view::npos;
  });
}

bool is_printable_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char byte) { return byte >= 0x20 && byte < 0x7f; });
}

}  // namespace platos::provider_common
