#include "local_embedder.hpp"

#include <string>
#include <utility>
#include <vector>

#include "common/vectors/text_vectors.hpp"

namespace platos::embedder_local {
namespace {

class LocalEmbedding final : public sdk::Embedding {
 public:
  LocalEmbedding(sdk::Call call, std::vector<std::string> texts, std::size_t dimensions)
      : call_(call), texts_(std::move(texts)), vectors_(dimensions) {}

  void next(platos_step_t& step, const sdk::VectorSink& sink) override {
    for (; embedded_ < texts_.size(); ++embedded_) {
      if (call_.is_cancelled()) throw sdk::Error(PLATOS_CANCELLED, "embedder-local: the caller gave up");
      sink.vector(embedded_, vectors_.vector_of(texts_[embedded_]));
    }
    step.kind = PLATOS_STEP_DONE;
  }

 private:
  const sdk::Call call_;
  const std::vector<std::string> texts_;
  local_vectors::TextVectors vectors_;
  std::size_t embedded_ = 0;
};

}  // namespace

LocalEmbedder::LocalEmbedder(sdk::Host host, std::string_view config_json)
    : Embedder(host), config_(parse_config(config_json)) {}

void LocalEmbedder::describe(sdk::JsonWriter& out) {
  out.begin_object().key("model").value(local_vectors::TextVectors::kModel);
  out.key("dimensions").value(static_cast<std::int64_t>(config_.dimensions));
  out.key("max_texts").value(static_cast<std::int64_t>(kMaxTexts));
  out.key("max_text_bytes").value(static_cast<std::int64_t>(local_vectors::TextVectors::kMaxTextBytes));
  out.end_object();
}

std::unique_ptr<sdk::Embedding> LocalEmbedder::begin(sdk::Call call, std::span<const std::string_view> texts) {
  if (texts.size() > kMaxTexts) {
    throw sdk::Error(PLATOS_INVALID_ARGUMENT, "embedder-local: expected at most " + std::to_string(kMaxTexts) +
                                                  " texts, found " + std::to_string(texts.size()));
  }
  for (const std::string_view text : texts) {
    if (text.size() <= local_vectors::TextVectors::kMaxTextBytes) continue;
    throw sdk::Error(PLATOS_INVALID_ARGUMENT, "embedder-local: expected texts of at most " +
                                                  std::to_string(local_vectors::TextVectors::kMaxTextBytes) +
                                                  " bytes, found one of " + std::to_string(text.size()));
  }
  return std::make_unique<LocalEmbedding>(call, std::vector<std::string>(texts.begin(), texts.end()),
                                          config_.dimensions);
}

}  // namespace platos::embedder_local
