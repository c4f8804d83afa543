// The component "openai": one model behind OpenAI's Images API.
#pragma once

#include <memory>
#include <string_view>

#include "streamed_answer.hpp"
#include "vendor_generation.hpp"

namespace platos::image_vendors {

/// The answer holds the image as base64, or an address where it lies for an hour.
class OpenAiGeneration final : public VendorGeneration {
 public:
  OpenAiGeneration(sdk::Host host, const Endpoint& endpoint, const Request& request);

 private:
  void read_answer(std::string_view data, const sdk::ImageSink& sink) override;
  void finish_answer(const sdk::ImageSink& sink) override;

  StreamedAnswer answer_;
  std::uint64_t given_ = 0;
};

/// Immutable after construction, so generations may begin on any thread. Must outlive them.
class OpenAiImages final : public sdk::ImageMaker {
 public:
  /// Throws sdk::Error(INVALID_ARGUMENT) for a bad configuration.
  OpenAiImages(sdk::Host host, std::string_view config_json);

  void describe(sdk::JsonWriter& out) override;
  std::unique_ptr<sdk::Generation> begin(sdk::Call call, std::string_view request_json) override;

 private:
  const Endpoint endpoint_;
};

/// The answer of describe().
void write_description(sdk::JsonWriter& out, const Config& config);

}  // namespace platos::image_vendors
