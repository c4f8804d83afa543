#include "streamed_answer.hpp"

#include <algorithm>

#include "vendor_wire.hpp"

namespace platos::image_vendors {
namespace {

constexpr std::string_view kKey = "b64_json";
constexpr std::string_view kPath = "data[0].b64_json";
constexpr std::size_t kMaxKeptText = 32;

bool is_space(char letter) { return letter == ' ' || letter == '\t' || letter == '\n' || letter == '\r'; }

}  // namespace

std::string StreamedAnswer::feed(std::string_view data) {
  std::string image;
  while (!data.empty()) {
    std::size_t taken = 1;
    if (place_ == Place::Image || place_ == Place::ImageEscape) {
      taken = read_image(data, image);
    } else {
      read_letter(data.front());
    }
    data.remove_prefix(taken);
  }
  return image;
}

// Up to the quote, or to a backslash: some writers escape slashes, and nothing else of base64 can be escaped.
std::size_t StreamedAnswer::read_image(std::string_view data, std::string& image) {
  if (place_ == Place::ImageEscape) {
    if (data.front() != '/') throw wire::WrongType("base64", kPath, "an escaped character");
    place_ = Place::Image;
    base64_.feed("/", image);
    return 1;
  }
  const std::size_t end = std::min(data.find_first_of("\"\\"), data.size());
  if (!base64_.feed(data.substr(0, end), image)) throw wire::WrongType("base64", kPath, "other text");
  if (end == data.size()) return end;
  if (data[end] == '\\') {
    place_ = Place::ImageEscape;
  } else {
    place_ = Place::Outside;
    is_value_ = false;
    keep('"');
  }
  return end + 1;
}

void StreamedAnswer::read_letter(char letter) {
  keep(letter);
  switch (place_) {
    case Place::TextEscape: place_ = Place::Text; break;
    case Place::Text:
      if (letter == '"') {
        place_ = Place::Outside;
      } else if (letter == '\\') {
        place_ = Place::TextEscape;
      } else if (text_.size() <= kMaxKeptText) {
        text_ += letter;
      }
      break;
    default: read_outside(letter);
  }
}

void StreamedAnswer::read_outside(char letter) {
  if (letter == '"') {
    const bool is_image = is_value_ && text_ == kKey;
    if (is_image && ++images_ > 1) throw wire::WrongType("one image", "data", "more");
    place_ = is_image ? Place::Image : Place::Text;
    text_.clear();
    is_value_ = false;
  } else if (!is_space(letter)) {
    is_value_ = letter == ':';
  }
}

void StreamedAnswer::keep(char letter) {
  if (rest_.size() == kMaxRestBytes)
    throw wire::WrongType("at most " + std::to_string(kMaxRestBytes) + " bytes", "beside the image", "more");
  rest_ += letter;
}

void StreamedAnswer::finish() const {
  if (images_ == 0) return;
  if (place_ == Place::Image || place_ == Place::ImageEscape || !base64_.is_whole())
    throw wire::WrongType("base64 to its end", kPath, "a part of it");
}

}  // namespace platos::image_vendors
