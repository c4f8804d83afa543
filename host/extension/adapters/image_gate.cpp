#include "extension/adapters/image_gate.hpp"

#include <nlohmann/json.hpp>

#include "extension/services/call.hpp"
#include "model/json.hpp"

namespace platos::extension {
namespace {

constexpr std::size_t kMaxAboutBytes = 64 * 1024;

// Not the caller's fault: its prompt was taken.
Error unreadable(Error error) {
  error.kind = ErrorKind::Internal;
  return error;
}

}  // namespace

ImageGate::ImageGate() {
  table_ = {sizeof table_, 0, this,
            [](void* self, std::uint64_t offset, platos_slice_t bytes) noexcept -> std::int32_t {
              return static_cast<ImageGate*>(self)->take_piece(offset, bytes);
            },
            [](void* self, platos_slice_t json) noexcept -> std::int32_t {
              return static_cast<ImageGate*>(self)->take_about(json);
            }};
}

std::int32_t ImageGate::take_piece(std::uint64_t offset, platos_slice_t bytes) {
  if (verdict() != PLATOS_OK) return verdict();
  std::string& image = image_.bytes;
  if (bytes.size > 0 && bytes.data == nullptr) {
    problem_ = "a piece of " + std::to_string(bytes.size) + " bytes at no address";
  } else if (offset != 0 && offset != image.size()) {
    problem_ = "a piece at " + std::to_string(offset) + ", after " + std::to_string(image.size()) + " bytes";
  } else {
    if (offset == 0) image.clear();
    if (bytes.size > PLATOS_IMAGE_MAX_BYTES - image.size()) {
      refusal_ = Error{ErrorKind::ResourceExhausted,
                       "image_too_large",
                       "the image has more than " + std::to_string(PLATOS_IMAGE_MAX_BYTES) + " bytes",
                       false,
                       0,
                       {}};
    } else {
      const bool was_known = image.size() >= model::kImageMagicBytes;
      if (bytes.size > 0) image.append(bytes.data, bytes.size);
      if (!was_known) check_beginning();
    }
  }
  return verdict();
}

// What is no image is not taken in by megabytes.
void ImageGate::check_beginning() {
  if (image_.bytes.size() < model::kImageMagicBytes) return;
  if (model::image_format(image_.bytes) != model::ImageFormat::Unspecified) return;
  refusal_ = unreadable(model::read_image(image_.bytes).error());
}

std::int32_t ImageGate::take_about(platos_slice_t json) {
  if (verdict() != PLATOS_OK) return verdict();
  const auto text = checked_view(json, kMaxAboutBytes, "what is said of the image");
  const auto about = text ? model::parse_bounded(*text, "what is said of the image", {kMaxAboutBytes, 16, 1000})
                          : Result<model::Json>(fail(text.error()));
  if (std::exchange(has_about_, true)) {
    problem_ = "about() for a second time";
  } else if (!about || !about->is_object()) {
    problem_ = "about() must be given a JSON object of at most 64 KiB";
  } else if (const auto prompt = model::optional_text(*about, "revised_prompt"); !prompt) {
    problem_ = "about(): " + prompt.error().message;
  } else {
    image_.revised_prompt = prompt->value_or("");
  }
  return verdict();
}

Result<ports::GeneratedImage> ImageGate::take() {
  const auto facts = model::read_image(image_.bytes);
  if (!facts) return fail(unreadable(facts.error()));
  image_.facts = *facts;
  return std::move(image_);
}

}  // namespace platos::extension
