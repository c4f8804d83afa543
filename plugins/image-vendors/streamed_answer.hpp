// An answer that holds an image as base64, read while it arrives.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/base64.hpp"

namespace platos::image_vendors {

/// Takes the one long text "b64_json" out of a JSON text and decodes it; the rest, with an empty text in its place, is
/// kept for a parser. So an image of megabytes is neither kept as text nor decoded in one go. Not thread-safe.
class StreamedAnswer {
 public:
  /// The next bytes of the image, which may be none. Throws wire::WrongType for a second image, for what is no base64,
  /// and for more than kMaxRestBytes besides the image.
  std::string feed(std::string_view data);

  /// The body is complete. Throws wire::WrongType when the image is not.
  void finish() const;

  bool has_image() const noexcept { return images_ > 0; }
  const std::string& rest() const noexcept { return rest_; }

  static constexpr std::size_t kMaxRestBytes = 256 * 1024;

 private:
  enum class Place { Unspecified, Outside, Text, TextEscape, Image, ImageEscape };

  std::size_t read_image(std::string_view data, std::string& image);
  void read_letter(char letter);
  void read_outside(char letter);
  void keep(char letter);

  Place place_ = Place::Outside;
  std::string text_;       // of the last string, its beginning
  bool is_value_ = false;  // a colon was the last thing outside of strings
  std::size_t images_ = 0;
  plugin_common::Base64Stream base64_;
  std::string rest_;
};

}  // namespace platos::image_vendors
