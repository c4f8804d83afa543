// Appending JSON text to a string: for paths that are too hot for a document tree.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace platos::base {

/// Appends `text` as a JSON string with quotes. Invalid UTF-8 becomes U+FFFD, so the result is always valid JSON.
void append_json_string(std::string& out, std::string_view text);

/// One JSON object, member by member. Names are the code's own literals: they are not escaped, nor looked for twice.
class JsonObject {
 public:
  JsonObject();
  JsonObject& text(std::string_view name, std::string_view value);
  JsonObject& number(std::string_view name, std::int64_t value);
  JsonObject& boolean(std::string_view name, bool value);
  /// `json` is valid JSON text already.
  JsonObject& json(std::string_view name, std::string_view json);
  /// Closes the object. Once.
  std::string take();

 private:
  void name(std::string_view name);
  std::string out_;
};

}  // namespace platos::base
