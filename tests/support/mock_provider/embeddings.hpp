// The embeddings wire, as OpenAI made it: POST .../embeddings.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mock_provider/behaviour.hpp"

namespace platos::tests::mock {

/// A plain value.
struct EmbeddingsRequest {
  std::string model;
  std::vector<std::string> texts;
  std::size_t dimensions = 1536;
  bool wants_base64 = false;
};

/// Throws RefusedRequest for what the vendor would answer with a 400: no JSON, missing or mistyped members, no text, an
/// empty one, more than 2048, dimensions that no model has. Lists of tokens in place of texts are refused, too.
EmbeddingsRequest parse_embeddings_request(std::string_view body);

/// The vector of a text: of length 1, and the same whenever and wherever it is made.
std::vector<float> mock_vector(std::string_view text, std::size_t dimensions);

/// The answer. Usage counts 10 prompt tokens a text.
std::string embeddings_body(const Behaviour& behaviour, const EmbeddingsRequest& request);

}  // namespace platos::tests::mock
