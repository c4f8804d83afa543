// Texts to images.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancellation.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "model/image.hpp"
#include "ports/call_context.hpp"

namespace platos::ports {

struct ImageSize {
  std::int64_t width = 0;
  std::int64_t height = 0;
  std::int64_t cost_micro_usd = -1;  ///< of one image; -1: not known
};

struct ImageMakerInfo {
  std::string model;
  std::size_t max_prompt_bytes = 0;
  std::vector<ImageSize> sizes;  ///< at least one

  /// Null when it does not make this size.
  const ImageSize* find(std::int64_t width, std::int64_t height) const {
    for (const auto& size : sizes) {
      if (size.width == width && size.height == height) return &size;
    }
    return nullptr;
  }
};

struct ImageRequest {
  std::string prompt;
  std::int64_t width = 0;
  std::int64_t height = 0;
  /// By slot: in place of the operator's keys, none of which is used then. Empty: the operator's.
  std::map<std::string, std::string, std::less<>> keys;
};

struct GeneratedImage {
  std::string bytes;  ///< at most 20 MiB, of the format that `facts` tells
  model::ImageFacts facts;
  std::string revised_prompt;  ///< what the vendor made of the prompt; may be empty
};

/// One instance of an image plugin. Immutable; make() is called on loops. Implemented by `extension` and tests.
class ImageMaker {
 public:
  virtual ~ImageMaker() = default;
  virtual const std::string& instance() const = 0;
  virtual const ImageMakerInfo& info() const = 0;

  /// One image. Errors before anything was sent: InvalidArgument "image_size_unsupported", "image_prompt_too_long";
  /// FailedPrecondition "secret_unbound". Of the vendor: Unauthenticated "image_unauthenticated"; PermissionDenied
  /// "image_content_policy"; ResourceExhausted "image_quota", "image_rate_limited"; NotFound "image_model_gone";
  /// Unavailable "image_unavailable"; Deadline "image_timeout", "deadline". Of what came back: Internal
  /// "image_bad_response", "image_unreadable"; ResourceExhausted "image_too_large"; PermissionDenied "address_refused",
  /// "url_not_granted". Cancelled.
  virtual Task<Result<GeneratedImage>> make(CallContext context, ImageRequest request, base::CancelToken cancel) = 0;
};

/// An enabled image instance that can be used, or lacks nothing but keys.
struct ImageMakerDescription {
  std::shared_ptr<ImageMaker> maker;
  std::map<std::string, std::string, std::less<>> secrets;  ///< slot -> name of the variable that holds it
};

/// Internally synchronised. A pointer stays valid as long as it is held.
class ImageDirectory {
 public:
  virtual ~ImageDirectory() = default;
  /// By name of the instance.
  virtual std::vector<ImageMakerDescription> image_makers() const = 0;
};

}  // namespace platos::ports
