#include "extension/adapters/linked_provider.hpp"

#include "extension/loader/manifest.hpp"

namespace platos::extension {
namespace {

std::string without_slashes(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

LinkedProvider::LinkedProvider(std::shared_ptr<ProviderAdapter> adapter, std::vector<std::string> slots,
                               const ports::ProviderLink& link, std::string own_base_url)
    : adapter_(std::move(adapter)), slots_(std::move(slots)) {
  for (const auto& [slot, value] : link.secrets) slots_.put(slot, secrets::Secret(value));
  if (!link.base_url.empty()) change_ = {std::move(own_base_url), without_slashes(link.base_url)};
}

Result<std::unique_ptr<ports::Exchange>> LinkedProvider::begin(ports::CallContext context,
                                                               std::string_view request_json, ports::ChatSink& sink) {
  return adapter_->begin_with(std::move(context), request_json, sink, slots_, change_);
}

bool LinkedProvider::is_tenants(std::string_view url) const {
  return !change_.to.empty() && url_matches({change_.to + "/*"}, url);
}

Result<void> LinkedProvider::may_reach(std::string_view url) const {
  if (is_tenants(url)) return {};
  return adapter_->may_reach(url);
}

}  // namespace platos::extension
