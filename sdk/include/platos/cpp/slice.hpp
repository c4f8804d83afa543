// Conversions between platos_slice_t and std::string_view.
#pragma once

#include <string_view>

#include "platos/abi.h"

namespace platos::sdk {
inline namespace v1_0 {

inline platos_slice_t slice(std::string_view text) noexcept { return {text.data(), text.size()}; }

inline std::string_view view(platos_slice_t slice) noexcept {
  return slice.size == 0 ? std::string_view{} : std::string_view{slice.data, slice.size};
}

}  // namespace v1_0
}  // namespace platos::sdk
