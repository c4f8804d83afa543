// platos.provider/1 behind the ChatProvider port.
#pragma once

#include <memory>

#include "extension/adapters/instance.hpp"
#include "platos/provider.h"
#include "ports/chat_provider.hpp"

namespace platos::extension {

/// URLs that begin with `from` go to `to` instead; nothing is changed when `to` is empty.
struct UrlChange {
  std::string from;
  std::string to;
};

/// Immutable. Every call into the codec is stamped for the watchdog, and everything that comes out of it is checked.
class ProviderAdapter final : public ports::ChatProvider, public std::enable_shared_from_this<ProviderAdapter> {
 public:
  /// Internal "plugin_breach" when the instance offers no usable table.
  static Result<std::shared_ptr<ProviderAdapter>> make(std::shared_ptr<Instance> instance);

  const std::string& instance() const override { return instance_->name(); }
  Result<std::unique_ptr<ports::Exchange>> begin(ports::CallContext context, std::string_view request_json,
                                                 ports::ChatSink& sink) override;
  /// The same with other secrets and another address; both must outlive the exchange.
  Result<std::unique_ptr<ports::Exchange>> begin_with(ports::CallContext context, std::string_view request_json,
                                                      ports::ChatSink& sink, const secrets::SlotTable& slots,
                                                      const UrlChange& change);
  Result<void> may_reach(std::string_view url) const override { return instance_->may_reach(url); }
  const ports::SecretSource& secrets() const override { return instance_->host().slots(); }

 private:
  ProviderAdapter(std::shared_ptr<Instance> instance, const platos_provider_t* table)
      : instance_(std::move(instance)), table_(table) {}

  std::shared_ptr<Instance> instance_;
  const platos_provider_t* table_;
};

}  // namespace platos::extension
