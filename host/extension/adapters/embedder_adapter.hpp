// platos.embedder/1 behind the Embedder port.
#pragma once

#include <functional>
#include <memory>

#include "base/loop.hpp"
#include "egress/client.hpp"
#include "extension/adapters/blocking_calls.hpp"
#include "platos/embedder.h"
#include "ports/embedder.hpp"
#include "ports/upstream.hpp"

namespace platos::extension {

/// Immutable after make(). The first step is asked for on a worker, where a local embedder does all its work; HTTP
/// steps run on the calling loop, stamped for the watchdog.
class EmbedderAdapter final : public ports::Embedder, public ports::Upstream {
 public:
  using ClientOf = std::function<egress::Client&(base::Loop&)>;

  /// Reads the description. Internal "plugin_breach" when there is no usable table or description.
  static Result<std::shared_ptr<EmbedderAdapter>> make(std::shared_ptr<Instance> instance, WorkerOptions options,
                                                       ClientOf client_of);

  const std::string& instance() const override { return instance_->name(); }
  const ports::EmbedderInfo& info() const override { return info_; }
  Task<Result<std::vector<ports::Vector>>> embed(ports::CallContext context, std::vector<std::string> texts,
                                                 base::CancelToken cancel) override;
  Result<void> may_reach(std::string_view url) const override { return instance_->may_reach(url); }
  const ports::SecretSource& secrets() const override { return instance_->host().slots(); }

 private:
  EmbedderAdapter(std::shared_ptr<Instance> instance, const platos_embedder_t* table, WorkerOptions options,
                  ClientOf client_of);
  Result<void> read_description();

  std::shared_ptr<Instance> instance_;
  const platos_embedder_t* table_;
  BlockingCalls calls_;
  ClientOf client_of_;
  ports::EmbedderInfo info_;
};

}  // namespace platos::extension
