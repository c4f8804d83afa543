// The component "google": one Gemini endpoint.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "common/provider/endpoint.hpp"
#include "config.hpp"
#include "platos/cpp/provider.hpp"

namespace platos::provider_google {

/// Immutable after construction, so exchanges may begin on any thread. Must outlive them.
class GoogleProvider final : public sdk::Provider {
 public:
  /// Throws sdk::Error(INVALID_ARGUMENT) for a bad configuration.
  GoogleProvider(sdk::Host host, std::string_view config_json);

  void models(sdk::JsonWriter& out) override;
  std::unique_ptr<sdk::Exchange> begin(sdk::Call call, std::string_view request_json) override;

 private:
  std::vector<platos_header_t> make_headers(std::string_view accept) const;

  Config config_;
  Endpoint endpoint_;
};

}  // namespace platos::provider_google
