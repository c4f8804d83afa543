#include "model/image.hpp"

#include <optional>

#include "base/text.hpp"

namespace platos::model {
namespace {

constexpr std::string_view kPngMagic("\x89PNG\r\n\x1A\n", 8);
constexpr std::string_view kPngEnd("IEND\xAE\x42\x60\x82", 8);
constexpr std::string_view kJpegMagic("\xFF\xD8\xFF", 3);
constexpr std::string_view kJpegEnd("\xFF\xD9", 2);
constexpr std::int64_t kMaxSide = 65'535;
constexpr std::size_t kMaxJpegSegments = 4096;

struct Sides {
  std::int64_t width = 0;
  std::int64_t height = 0;
};

std::int64_t byte_at(std::string_view bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }
std::int64_t big_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  std::int64_t number = 0;
  for (std::size_t i = 0; i < count; ++i) number = number << 8 | byte_at(bytes, at + i);
  return number;
}
std::int64_t little_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  std::int64_t number = 0;
  for (std::size_t i = count; i > 0; --i) number = number << 8 | byte_at(bytes, at + i - 1);
  return number;
}

// Signature, then the chunk IHDR: length, name, width, height.
std::optional<Sides> png_sides(std::string_view bytes) {
  if (bytes.size() < 33 || bytes.substr(12, 4) != "IHDR" || big_endian(bytes, 8, 4) != 13) return std::nullopt;
  return Sides{big_endian(bytes, 16, 4), big_endian(bytes, 20, 4)};
}

// C0 to CF hold the size, but for C4 (Huffman tables), C8 (reserved) and CC (arithmetic conditioning).
bool is_frame_header(std::int64_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

std::optional<Sides> jpeg_sides(std::string_view bytes) {
  std::size_t at = 2;
  for (std::size_t segment = 0; segment < kMaxJpegSegments && at + 4 <= bytes.size(); ++segment) {
    if (byte_at(bytes, at) != 0xFF) return std::nullopt;
    const std::int64_t marker = byte_at(bytes, at + 1);
    if (marker == 0xFF) {  // filling
      ++at;
      continue;
    }
    const std::int64_t length = big_endian(bytes, at + 2, 2);
    if (is_frame_header(marker)) {
      if (length < 8 || at + 9 > bytes.size()) return std::nullopt;
      return Sides{big_endian(bytes, at + 7, 2), big_endian(bytes, at + 5, 2)};
    }
    if (marker == 0xDA || marker == 0xD9 || length < 2) return std::nullopt;
    at += 2 + static_cast<std::size_t>(length);
  }
  return std::nullopt;
}

// "RIFF", size, "WEBP", then one of three kinds: lossy, lossless, extended.
std::optional<Sides> webp_sides(std::string_view bytes) {
  if (bytes.size() < 30) return std::nullopt;
  const std::string_view kind = bytes.substr(12, 4);
  if (kind == "VP8 ") {
    if (bytes.substr(23, 3) != "\x9D\x01\x2A") return std::nullopt;
    return Sides{little_endian(bytes, 26, 2) & 0x3FFF, little_endian(bytes, 28, 2) & 0x3FFF};
  }
  if (kind == "VP8L") {
    if (byte_at(bytes, 20) != 0x2F) return std::nullopt;
    const std::int64_t bits = little_endian(bytes, 21, 4);
    return Sides{(bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1};
  }
  if (kind == "VP8X") return Sides{little_endian(bytes, 24, 3) + 1, little_endian(bytes, 27, 3) + 1};
  return std::nullopt;
}

std::optional<Sides> sides_of(ImageFormat format, std::string_view bytes) {
  switch (format) {
    case ImageFormat::Png: return png_sides(bytes);
    case ImageFormat::Jpeg: return jpeg_sides(bytes);
    case ImageFormat::WebP: return webp_sides(bytes);
    default: return std::nullopt;
  }
}

// A transfer that was cut leaves a good header behind.
bool has_its_end(ImageFormat format, std::string_view bytes) {
  switch (format) {
    case ImageFormat::Png: return bytes.ends_with(kPngEnd);
    // Some writers fill up behind the end.
    case ImageFormat::Jpeg: return bytes.substr(bytes.size() / 2).find(kJpegEnd) != std::string_view::npos;
    case ImageFormat::WebP: return static_cast<std::int64_t>(bytes.size()) >= little_endian(bytes, 4, 4) + 8;
    default: return false;
  }
}

tl::unexpected<Error> unreadable(const std::string& found) {
  return fail(ErrorKind::InvalidArgument, "image_unreadable",
              "the image: expected a PNG, JPEG or WebP file, found " + found);
}

}  // namespace

std::string_view mime_of(ImageFormat format) {
  switch (format) {
    case ImageFormat::Png: return "image/png";
    case ImageFormat::Jpeg: return "image/jpeg";
    case ImageFormat::WebP: return "image/webp";
    default: return "application/octet-stream";
  }
}

std::string_view extension_of(ImageFormat format) {
  switch (format) {
    case ImageFormat::Png: return "png";
    case ImageFormat::Jpeg: return "jpg";
    case ImageFormat::WebP: return "webp";
    default: return "bin";
  }
}

ImageFormat image_format(std::string_view beginning) {
  if (beginning.starts_with(kPngMagic)) return ImageFormat::Png;
  if (beginning.starts_with(kJpegMagic)) return ImageFormat::Jpeg;
  const bool is_webp =
      beginning.size() >= kImageMagicBytes && beginning.starts_with("RIFF") && beginning.substr(8, 4) == "WEBP";
  return is_webp ? ImageFormat::WebP : ImageFormat::Unspecified;
}

Result<ImageFacts> read_image(std::string_view bytes) {
  const ImageFormat format = image_format(bytes.substr(0, kImageMagicBytes));
  if (format == ImageFormat::Unspecified) {
    return unreadable(bytes.empty() ? "nothing"
                                    : "bytes that begin with \"" + base::printable(bytes.substr(0, 16), 64) + "\"");
  }
  const std::string name(mime_of(format));
  const auto sides = sides_of(format, bytes);
  if (!sides) return unreadable(name + " with a header that is cut or broken");
  if (sides->width < 1 || sides->height < 1 || sides->width > kMaxSide || sides->height > kMaxSide)
    return unreadable(name + " of " + std::to_string(sides->width) + " x " + std::to_string(sides->height));
  if (!has_its_end(format, bytes))
    return unreadable(name + " without its end, after " + std::to_string(bytes.size()) + " bytes");
  return ImageFacts{format, sides->width, sides->height};
}

}  // namespace platos::model
