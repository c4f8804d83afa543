// A provider instance with a tenant's keys and address in place of the operator's.
#pragma once

#include <memory>
#include <string>

#include "extension/adapters/provider_adapter.hpp"
#include "ports/provider_directory.hpp"
#include "secrets/slots.hpp"

namespace platos::extension {

/// Immutable. The codec goes on writing the instance's own address; what begins with it leaves for the tenant's.
class LinkedProvider final : public ports::ChatProvider {
 public:
  /// `own_base_url`: of the instance, without a slash at the end; empty: it has none that could be replaced.
  LinkedProvider(std::shared_ptr<ProviderAdapter> adapter, std::vector<std::string> slots,
                 const ports::ProviderLink& link, std::string own_base_url);

  const std::string& instance() const override { return adapter_->instance(); }
  Result<std::unique_ptr<ports::Exchange>> begin(ports::CallContext context, std::string_view request_json,
                                                 ports::ChatSink& sink) override;
  Result<void> may_reach(std::string_view url) const override;
  bool is_tenants(std::string_view url) const override;
  const ports::SecretSource& secrets() const override { return slots_; }

 private:
  std::shared_ptr<ProviderAdapter> adapter_;
  secrets::SlotTable slots_;
  UrlChange change_;
};

}  // namespace platos::extension
