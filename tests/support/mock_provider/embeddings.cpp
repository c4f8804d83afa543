#include "mock_provider/embeddings.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

namespace platos::tests::mock {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxTexts = 2048;
constexpr std::size_t kMaxDimensions = 3072;
constexpr std::int64_t kPromptTokensPerText = 10;

[[noreturn]] void refuse_texts(const std::string& problem) { throw RefusedRequest(400, "invalid_request", problem); }

std::vector<std::string> read_texts(const json& input) {
  const json texts = input.is_array() ? input : json::array({input});
  if (texts.empty() || texts.size() > kMaxTexts) refuse_texts("'input' must hold 1 to 2048 texts.");
  std::vector<std::string> read;
  for (const json& text : texts) {
    if (!text.is_string()) refuse_texts("'input' must be a string or an array of strings.");
    if (text.get_ref<const std::string&>().empty()) refuse_texts("'input' must not hold an empty string.");
    read.push_back(text.get<std::string>());
  }
  return read;
}

std::size_t read_dimensions(const json& value) {
  if (!value.is_number_unsigned() || value < 1 || value > kMaxDimensions)
    refuse_texts("'dimensions' must be 1 to 3072.");
  return value.get<std::size_t>();
}

std::string base64_of(const std::vector<float>& values) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  std::uint32_t buffer = 0;
  unsigned bits = 0;
  for (const float value : values) {
    const auto word = std::bit_cast<std::uint32_t>(value);
    for (unsigned shift = 0; shift < 32; shift += 8) {  // the lowest byte first
      buffer = buffer << 8 | (word >> shift & 0xFFU);
      for (bits += 8; bits >= 6; bits -= 6) text += kAlphabet[buffer >> (bits - 6) & 63U];
    }
  }
  if (bits > 0) text += kAlphabet[buffer << (6 - bits) & 63U];
  text.append((4 - text.size() % 4) % 4, '=');
  return text;
}

// The steps of splitmix64, which is the same everywhere.
std::uint64_t next_random(std::uint64_t& state) {
  std::uint64_t mixed = state += 0x9E3779B97F4A7C15U;
  mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9U;
  mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
  return mixed ^ (mixed >> 31);
}

}  // namespace

EmbeddingsRequest parse_embeddings_request(std::string_view body) try {
  const json parsed = json::parse(body);
  if (!parsed.is_object()) refuse_texts("The body must be a JSON object.");
  EmbeddingsRequest request;
  request.model = parsed.at("model").get<std::string>();
  request.texts = read_texts(parsed.at("input"));
  if (const auto found = parsed.find("dimensions"); found != parsed.end()) request.dimensions = read_dimensions(*found);
  const std::string format = parsed.value("encoding_format", "float");
  if (format != "float" && format != "base64") refuse_texts("'encoding_format' must be 'float' or 'base64'.");
  request.wants_base64 = format == "base64";
  return request;
} catch (const json::exception& error) {
  refuse_texts(error.what());
}

std::vector<float> mock_vector(std::string_view text, std::size_t dimensions) {
  std::uint64_t state = 0xCBF29CE484222325U;
  for (const char byte : text) state = (state ^ static_cast<unsigned char>(byte)) * 0x100000001B3U;
  std::vector<double> values;
  double squares = 0;
  for (std::size_t i = 0; i < dimensions; ++i) {
    // 20 bits and a half: never zero, and exact in a double.
    values.push_back(static_cast<double>(next_random(state) >> 44) + 0.5 - 524288.0);
    squares += values.back() * values.back();
  }
  const double length = std::sqrt(squares);
  std::vector<float> vector;
  for (const double value : values) vector.push_back(static_cast<float>(value / length));
  return vector;
}

std::string embeddings_body(const Behaviour& behaviour, const EmbeddingsRequest& request) {
  json data = json::array();
  for (const std::string& text : request.texts) {
    const std::vector<float> vector = mock_vector(text, request.dimensions);
    const json embedding = request.wants_base64 ? json(base64_of(vector)) : json(vector);
    data.push_back({{"object", "embedding"}, {"index", data.size()}, {"embedding", embedding}});
  }
  json body = {{"object", "list"}, {"data", std::move(data)}, {"model", request.model}};
  if (behaviour.usage != UsageKind::Never) {
    const auto tokens = kPromptTokensPerText * static_cast<std::int64_t>(request.texts.size());
    body["usage"] = {{"prompt_tokens", tokens}, {"total_tokens", tokens}};
  }
  return body.dump();
}

}  // namespace platos::tests::mock
