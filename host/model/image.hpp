// What a picture is by its own bytes: format and size, read from the header without decoding anything.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.hpp"

namespace platos::model {

enum class ImageFormat { Unspecified, Png, Jpeg, WebP };

std::string_view mime_of(ImageFormat format);       ///< "image/png"
std::string_view extension_of(ImageFormat format);  ///< "png"

/// By the first bytes; Unspecified when they begin nothing that is known. Twelve bytes are enough to tell.
inline constexpr std::size_t kImageMagicBytes = 12;
ImageFormat image_format(std::string_view beginning);

/// A value.
struct ImageFacts {
  ImageFormat format = ImageFormat::Unspecified;
  std::int64_t width = 0;
  std::int64_t height = 0;
};

/// Reads PNG, JPEG and WebP (all three of its kinds). InvalidArgument "image_unreadable" says what is wrong: another
/// format, a header that is cut, a side of 0 or above 65,535, a file that does not have the end that its format wants.
Result<ImageFacts> read_image(std::string_view bytes);

}  // namespace platos::model
