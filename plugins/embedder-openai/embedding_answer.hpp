// Reads the body of an answer of the embeddings wire.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vendor_wire.hpp"

namespace platos::embedder_openai {

/// Whole or not at all: after a read() that returned true, the vector of every text is there. Not thread-safe.
class EmbeddingAnswer {
 public:
  EmbeddingAnswer(std::size_t text_count, std::size_t dimensions);

  /// False when the body holds an error in place of an answer. Vectors may be lists of numbers or base64, each by
  /// itself. Throws wire::WrongType, which says what was expected where, or simdjson::simdjson_error.
  bool read(std::string_view body);

  std::span<const float> vector_of(std::size_t text) const;
  std::optional<std::int64_t> prompt_tokens() const { return prompt_tokens_; }

 private:
  void read_items(wire::ondemand::array items);
  void read_item(wire::ondemand::object item, const std::string& path);
  void read_vector(wire::ondemand::value& value, const std::string& path);
  void read_numbers(wire::ondemand::array numbers, const std::string& path);
  void read_usage(wire::ondemand::object usage);
  void put_vector(std::int64_t index, const std::string& path);

  const std::size_t text_count_;
  const std::size_t dimensions_;
  wire::JsonText json_;
  std::vector<float> values_;     // text_count_ * dimensions_
  std::vector<float> vector_;     // of the item being read, whose index may come after it
  std::vector<bool> is_present_;  // by text
  std::optional<std::int64_t> prompt_tokens_;
};

}  // namespace platos::embedder_openai
