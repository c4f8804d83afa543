// Takes the image that a plugin gives, piece by piece, and looks at what it is.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "platos/image.h"
#include "ports/image_maker.hpp"

namespace platos::extension {

/// Bound to one generation.
class ImageGate {
 public:
  ImageGate();
  ImageGate(const ImageGate&) = delete;
  ImageGate& operator=(const ImageGate&) = delete;

  const platos_image_sink_t* table() const { return &table_; }

  /// What the plugin did that the contract forbids.
  const std::optional<std::string>& problem() const { return problem_; }
  /// Why what the vendor sent is not taken: "image_too_large", "image_unreadable".
  const std::optional<Error>& refusal() const { return refusal_; }

  bool has_image() const { return !image_.bytes.empty(); }
  /// The image, when the plugin says that it is whole. Internal "image_unreadable".
  Result<ports::GeneratedImage> take();

 private:
  std::int32_t take_piece(std::uint64_t offset, platos_slice_t bytes);
  std::int32_t take_about(platos_slice_t json);
  std::int32_t verdict() const { return problem_ || refusal_ ? PLATOS_CANCELLED : PLATOS_OK; }
  void check_beginning();

  ports::GeneratedImage image_;
  bool has_about_ = false;
  std::optional<std::string> problem_;
  std::optional<Error> refusal_;
  platos_image_sink_t table_;
};

}  // namespace platos::extension
