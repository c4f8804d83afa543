// The component "local": vectors made on the spot.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "config.hpp"
#include "platos/cpp/embedder.hpp"

namespace platos::embedder_local {

/// Immutable after construction, so embeddings may begin on any thread.
class LocalEmbedder final : public sdk::Embedder {
 public:
  /// With texts of kMaxTextBytes 4 MiB, which take about a tenth of a second.
  static constexpr std::size_t kMaxTexts = 128;

  /// Throws sdk::Error(INVALID_ARGUMENT) for a bad configuration.
  LocalEmbedder(sdk::Host host, std::string_view config_json);

  void describe(sdk::JsonWriter& out) override;
  std::unique_ptr<sdk::Embedding> begin(sdk::Call call, std::span<const std::string_view> texts) override;

 private:
  const Config config_;
};

}  // namespace platos::embedder_local
