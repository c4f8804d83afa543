// An embedder whose vectors say how long a text is, and how many words it has. Useless for search, complete as a
// plugin.
#include <array>
#include <cctype>
#include <cmath>
#include <memory>
#include <platos/cpp/embedder.hpp>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace {

namespace sdk = platos::sdk;

using Vector = std::array<float, 3>;

Vector vector_of(std::string_view text) {
  float words = 0;
  bool in_word = false;
  for (const char letter : text) {
    const bool is_space = std::isspace(static_cast<unsigned char>(letter)) != 0;
    if (!is_space && !in_word) ++words;
    in_word = !is_space;
  }
  // The constant 1 keeps the vector of an empty text from being all zeros, which has no direction to compare.
  return {1, std::log1p(static_cast<float>(text.size())), std::log1p(words)};
}

/// The texts are borrowed for begin() only, so what is kept of them is made there.
class LengthEmbedding : public sdk::Embedding {
 public:
  explicit LengthEmbedding(std::vector<Vector> vectors) : vectors_(std::move(vectors)) {}

  void next(platos_step_t& step, const sdk::VectorSink& sink) override {
    for (std::size_t i = 0; i < vectors_.size(); ++i) sink.vector(i, vectors_[i]);
    step.kind = PLATOS_STEP_DONE;
  }

 private:
  const std::vector<Vector> vectors_;
};

class LengthEmbedder : public sdk::Embedder {
 public:
  LengthEmbedder(sdk::Host host, std::string_view) : Embedder(host) {}

  void describe(sdk::JsonWriter& out) override {
    out.begin_object().key("model").value("length-1").key("dimensions").value(3);
    out.key("max_texts").value(64).key("max_text_bytes").value(65536).end_object();
  }

  std::unique_ptr<sdk::Embedding> begin(sdk::Call, std::span<const std::string_view> texts) override {
    std::vector<Vector> vectors;
    for (const std::string_view text : texts) vectors.push_back(vector_of(text));
    return std::make_unique<LengthEmbedding>(std::move(vectors));
  }
};

}  // namespace

PLATOS_PLUGIN("com.example.length-embedder", "1.0.0", sdk::component<LengthEmbedder>("length"))
