// A JSON text with the place of every value in it, so that a value can be looked at or replaced where it stands.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace platos::governor_rules {

/// Where values are: a JSON pointer (RFC 6901) in which a segment "*" stands for every member or element.
class Path {
 public:
  /// Throws std::invalid_argument, with what was expected, when `text` is no such pointer or has over 32 segments.
  explicit Path(std::string_view text);

  const std::vector<std::string>& segments() const noexcept { return segments_; }

 private:
  std::vector<std::string> segments_;
};

/// Immutable. A member that an object has twice is there twice, so neither of both escapes a rule.
class Document {
 public:
  struct Value {
    std::size_t begin = 0;  ///< bytes of the text
    std::size_t end = 0;
  };

  /// Throws sdk::Error(INVALID_ARGUMENT) when `text` is not JSON, nests deeper than 64, or has over 200000 values.
  explicit Document(std::string text);

  const std::string& text() const noexcept { return text_; }
  /// Every value at `path`, in the order of the text; one that is missing is not there.
  std::vector<Value> find(const Path& path) const;
  nlohmann::json read(Value value) const;

 private:
  struct Node {
    Value value;
    std::size_t next = 0;  ///< behind the last one that is inside of it
    std::string key;       ///< of a member; of an element its number
  };

  void scan();

  std::string text_;
  std::vector<Node> nodes_;  // in the order of the text, so what is inside of one follows it
};

}  // namespace platos::governor_rules
