// The component "openai": one model of one embeddings endpoint.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "openai_embedding.hpp"
#include "platos/cpp/embedder.hpp"

namespace platos::embedder_openai {

/// Immutable after construction, so embeddings may begin on any thread. Must outlive them.
class OpenAiEmbedder final : public sdk::Embedder {
 public:
  static constexpr std::size_t kMaxTextBytes = 32 * 1024;

  /// Throws sdk::Error(INVALID_ARGUMENT) for a bad configuration.
  OpenAiEmbedder(sdk::Host host, std::string_view config_json);

  void describe(sdk::JsonWriter& out) override;
  std::unique_ptr<sdk::Embedding> begin(sdk::Call call, std::span<const std::string_view> texts) override;

 private:
  const Endpoint endpoint_;
};

}  // namespace platos::embedder_openai
