// Strings and numbers of a JSON text, and where they stand. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace platos::governor_pii {

/// What `raw`, a JSON string without its quotes, stands for. `raw` is valid JSON.
std::string unescaped(std::string_view raw);

/// One string or number. Offsets are in bytes; those of a string are of its quotes.
struct JsonToken {
  bool is_key = false;
  bool is_string = false;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Goes through a text that is valid JSON, whatever its depth, without recursion.
class JsonTokens {
 public:
  explicit JsonTokens(std::string_view json) : json_(json) {}

  /// The next string or number. False: there is none.
  bool next(JsonToken& token);

  /// The key that the value belongs to which next() gave, itself or through arrays; at most its last 40 bytes.
  const std::string& key() const noexcept { return key_; }

  /// The text of a string token, unescaped; of a number as it stands.
  std::string text(const JsonToken& token) const;

 private:
  void open(bool is_object);
  void close();
  std::size_t string_end(std::size_t quote) const noexcept;
  void read_string(JsonToken& token);

  struct Level {
    bool is_object;
    std::string key;  // of the level itself
  };

  std::string_view json_;
  std::size_t at_ = 0;
  std::vector<Level> levels_;
  bool expects_key_ = false;
  std::string key_;
};

}  // namespace platos::governor_pii
