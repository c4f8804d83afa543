#include "embedding_answer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base64_floats.hpp"

namespace platos::embedder_openai {
namespace {

// More is no count, and the counts of several answers are added.
constexpr std::int64_t kMaxTokens = 1'000'000'000;

float finite_number_at(wire::ondemand::value& value, const std::string& path) {
  const auto type = value.type().take_value();
  if (type != wire::ondemand::json_type::number) {
    throw wire::WrongType("a number", path + ".embedding[]", wire::type_name(type));
  }
  const double number = value.get_double().take_value();
  if (!(std::abs(number) <= static_cast<double>(std::numeric_limits<float>::max()))) {
    throw wire::WrongType("a number that a float can hold", path + ".embedding[]", "a larger one");
  }
  return static_cast<float>(number);
}

}  // namespace

EmbeddingAnswer::EmbeddingAnswer(std::size_t text_count, std::size_t dimensions)
    : text_count_(text_count), dimensions_(dimensions), values_(text_count * dimensions), is_present_(text_count) {}

std::span<const float> EmbeddingAnswer::vector_of(std::size_t text) const {
  return std::span(values_).subspan(text * dimensions_, dimensions_);
}

bool EmbeddingAnswer::read(std::string_view body) {
  bool is_error = false;
  wire::for_each_member(json_.parse(body), [&](std::string_view key, wire::ondemand::value& value) {
    if (key == "data") {
      read_items(wire::array_at(value, "data"));
    } else if (key == "usage") {
      read_usage(wire::object_at(value, "usage"));
    } else if (key == "error") {
      is_error = true;
    }
  });
  json_.expect_end();
  if (is_error) return false;
  const auto present = static_cast<std::size_t>(std::count(is_present_.begin(), is_present_.end(), true));
  if (present < text_count_) {
    throw wire::WrongType("an embedding for each of " + std::to_string(text_count_) + " texts", "data",
                          std::to_string(present));
  }
  return true;
}

void EmbeddingAnswer::read_items(wire::ondemand::array items) {
  std::size_t number = 0;
  wire::for_each_item(items, [&](wire::ondemand::value& value) {
    const std::string path = "data[" + std::to_string(number++) + "]";
    read_item(wire::object_at(value, path), path);
  });
}

void EmbeddingAnswer::read_item(wire::ondemand::object item, const std::string& path) {
  std::optional<std::int64_t> index;
  bool has_vector = false;
  wire::for_each_member(item, [&](std::string_view key, wire::ondemand::value& value) {
    if (key == "index") {
      index = wire::integer_at(value, path + ".index");
    } else if (key == "embedding") {
      read_vector(value, path);
      has_vector = true;
    }
  });
  if (!index) throw wire::WrongType("an integer", path + ".index", "nothing");
  if (!has_vector) throw wire::WrongType("a vector", path + ".embedding", "nothing");
  put_vector(*index, path);
}

void EmbeddingAnswer::read_vector(wire::ondemand::value& value, const std::string& path) {
  vector_.clear();
  if (value.type().take_value() == wire::ondemand::json_type::string) {
    const std::string_view text = wire::text_at(value, path + ".embedding");
    // Looked at before it is decoded, so that a long text costs nothing.
    const bool is_sound = text.size() <= dimensions_ * 6 + 8 && append_base64_floats(text, vector_);
    if (!is_sound) {
      throw wire::WrongType("base64 of " + std::to_string(dimensions_) + " floats", path + ".embedding", "other text");
    }
  } else {
    read_numbers(wire::array_at(value, path + ".embedding"), path);
  }
  const bool all_finite =
      std::all_of(vector_.begin(), vector_.end(), [](float number) { return std::isfinite(number); });
  if (!all_finite) throw wire::WrongType("finite numbers", path + ".embedding", "others");
  if (vector_.size() != dimensions_) {
    throw wire::WrongType(std::to_string(dimensions_) + " numbers", path + ".embedding",
                          std::to_string(vector_.size()));
  }
}

void EmbeddingAnswer::read_numbers(wire::ondemand::array numbers, const std::string& path) {
  wire::for_each_item(numbers, [&](wire::ondemand::value& value) {
    if (vector_.size() == dimensions_) {
      throw wire::WrongType(std::to_string(dimensions_) + " numbers", path + ".embedding", "more");
    }
    vector_.push_back(finite_number_at(value, path));
  });
}

void EmbeddingAnswer::read_usage(wire::ondemand::object usage) {
  wire::for_each_member(usage, [&](std::string_view key, wire::ondemand::value& value) {
    if (key != "prompt_tokens") return;
    prompt_tokens_ = wire::integer_at(value, "usage.prompt_tokens");
    if (*prompt_tokens_ >= 0 && *prompt_tokens_ <= kMaxTokens) return;
    throw wire::WrongType("a count of tokens", "usage.prompt_tokens", std::to_string(*prompt_tokens_));
  });
}

void EmbeddingAnswer::put_vector(std::int64_t index, const std::string& path) {
  if (index < 0 || static_cast<std::uint64_t>(index) >= text_count_) {
    throw wire::WrongType("an index below " + std::to_string(text_count_), path + ".index", std::to_string(index));
  }
  const auto text = static_cast<std::size_t>(index);
  if (is_present_[text]) throw wire::WrongType("each index once", path + ".index", std::to_string(index) + " again");
  is_present_[text] = true;
  std::copy(vector_.begin(), vector_.end(), values_.begin() + static_cast<std::ptrdiff_t>(text * dimensions_));
}

}  // namespace platos::embedder_openai
