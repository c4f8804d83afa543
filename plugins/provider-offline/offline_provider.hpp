// The component "offline": a chat model that answers from the shipped documentation, with no key and no network.
//
// Immutable after construction; exchanges share nothing and may run in parallel. The same request always gives the same
// events.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "platos/cpp/provider.hpp"

namespace platos::provider_offline {

class OfflineProvider : public sdk::Provider {
 public:
  /// JSON Schema of the configuration.
  static constexpr const char* kConfigSchema =
      R"({"type": "object", "additionalProperties": false, "properties": {"word_delay_ms": {"type": "integer",)"
      R"( "minimum": 0, "maximum": 1000, "default": 0, "description": "Pause after each word of an answer, so that)"
      R"( the stream can be watched."}}})";

  /// Throws Error(PLATOS_INVALID_ARGUMENT) for a configuration that does not fit the schema.
  OfflineProvider(sdk::Host host, std::string_view config_json);

  /// One model, "docs".
  void models(sdk::JsonWriter& out) override;

  /// Throws Error(PLATOS_NOT_FOUND) for any other model.
  std::unique_ptr<sdk::Exchange> begin(sdk::Call call, std::string_view request_json) override;

 private:
  const std::int64_t word_delay_ms_;
};

}  // namespace platos::provider_offline
