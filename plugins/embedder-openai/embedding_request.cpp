#include "embedding_request.hpp"

#include <algorithm>
#include <cstdint>

#include "platos/cpp/json_writer.hpp"

namespace platos::embedder_openai {
namespace {

constexpr std::size_t kMaxAnswerBytes = 12 * 1024 * 1024;
// Of a number of an answer, with its comma: 17 digits, sign, point, exponent.
constexpr std::size_t kMaxNumberBytes = 25;

// The vendor refuses an empty text, and with it the whole request.
std::string_view never_empty(std::string_view text) { return text.empty() ? std::string_view(" ") : text; }

EmbeddingRequest make_request(std::span<const std::string_view> texts, std::size_t first_text, const Config& config) {
  EmbeddingRequest request{{}, first_text, texts.size()};
  sdk::JsonWriter json(request.body);
  json.begin_object().key("model").value(config.model).key("input").begin_array();
  for (const std::string_view text : texts) json.value(never_empty(text));
  json.end_array().key("encoding_format").value(config.encoding_format);
  if (config.send_dimensions) json.key("dimensions").value(static_cast<std::int64_t>(config.dimensions));
  json.end_object();
  return request;
}

}  // namespace

std::vector<EmbeddingRequest> make_requests(std::span<const std::string_view> texts, const Config& config) {
  const std::size_t most_texts = std::max<std::size_t>(1, kMaxAnswerBytes / (config.dimensions * kMaxNumberBytes));
  std::vector<EmbeddingRequest> requests;
  for (std::size_t first = 0, end = 0; first < texts.size(); first = end) {
    std::size_t text_bytes = 0;
    while (end < texts.size() && end - first < most_texts) {
      text_bytes += texts[end].size();
      if (end > first && text_bytes > kMaxRequestTextBytes) break;
      ++end;
    }
    requests.push_back(make_request(texts.subspan(first, end - first), first, config));
  }
  return requests;
}

}  // namespace platos::embedder_openai
