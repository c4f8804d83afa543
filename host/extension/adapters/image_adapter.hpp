// platos.image/1 behind the ImageMaker port.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/loop.hpp"
#include "egress/client.hpp"
#include "extension/adapters/blocking_calls.hpp"
#include "platos/image.h"
#include "ports/image_maker.hpp"

namespace platos::extension {

/// Immutable after make(). A generation begins on a worker; its steps run on the calling loop, stamped for the
/// watchdog, until the deadline of the call.
class ImageAdapter final : public ports::ImageMaker {
 public:
  using ClientOf = std::function<egress::Client&(base::Loop&)>;

  /// Reads the description. `slots`: of the instance, for which a caller may bring keys. Internal "plugin_breach" when
  /// there is no usable table or description.
  static Result<std::shared_ptr<ImageAdapter>> make(std::shared_ptr<Instance> instance, WorkerOptions options,
                                                    ClientOf client_of, std::vector<std::string> slots);

  const std::string& instance() const override { return instance_->name(); }
  const ports::ImageMakerInfo& info() const override { return info_; }
  Task<Result<ports::GeneratedImage>> make(ports::CallContext context, ports::ImageRequest request,
                                           base::CancelToken cancel) override;
  bool failed() const { return instance_->failed(); }

 private:
  ImageAdapter(std::shared_ptr<Instance> instance, const platos_image_maker_t* table, WorkerOptions options,
               ClientOf client_of, std::vector<std::string> slots);
  Result<void> read_description();
  Result<void> check(const ports::ImageRequest& request) const;

  std::shared_ptr<Instance> instance_;
  const platos_image_maker_t* table_;
  BlockingCalls calls_;
  ClientOf client_of_;
  std::vector<std::string> slots_;
  ports::ImageMakerInfo info_;
};

}  // namespace platos::extension
