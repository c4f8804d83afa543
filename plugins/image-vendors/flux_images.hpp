// The component "flux": one model of Black Forest Labs.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "vendor_generation.hpp"

namespace platos::image_vendors {

/// A submission is answered with an address to ask for the result, and that, in time, with one where the file lies for
/// ten minutes.
class FluxGeneration final : public VendorGeneration {
 public:
  FluxGeneration(sdk::Host host, const Endpoint& endpoint, const Request& request);

 private:
  struct Task;
  void begin_answer() override { answer_.clear(); }
  void read_answer(std::string_view data, const sdk::ImageSink& sink) override;
  void finish_answer(const sdk::ImageSink& sink) override;
  Task read_task() const;
  void follow(const Task& task);

  std::string answer_;
  std::string polling_url_;
};

/// Immutable after construction, so generations may begin on any thread. Must outlive them.
class FluxImages final : public sdk::ImageMaker {
 public:
  /// Throws sdk::Error(INVALID_ARGUMENT) for a bad configuration.
  FluxImages(sdk::Host host, std::string_view config_json);

  void describe(sdk::JsonWriter& out) override;
  std::unique_ptr<sdk::Generation> begin(sdk::Call call, std::string_view request_json) override;

 private:
  const Endpoint endpoint_;
};

}  // namespace platos::image_vendors
