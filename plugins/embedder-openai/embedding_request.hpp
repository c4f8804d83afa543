// The requests that embed a batch of texts.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config.hpp"

namespace platos::embedder_openai {

struct EmbeddingRequest {
  std::string body;
  std::size_t first_text;  ///< number of its first text in the whole batch
  std::size_t text_count;
};

/// As few requests as the wire takes, in order; none for no texts. A text has to be UTF-8.
///
/// A request is limited twice. OpenAI takes 300,000 tokens in one; kMaxRequestTextBytes stands for that at 2 bytes a
/// token, which is less than English (4) or Chinese (3) has. And the host takes answers of at most 16 MiB.
std::vector<EmbeddingRequest> make_requests(std::span<const std::string_view> texts, const Config& config);

constexpr std::size_t kMaxRequestTextBytes = 600 * 1024;

}  // namespace platos::embedder_openai
