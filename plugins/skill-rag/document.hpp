// From the bytes of a source to its text. Any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace platos::skill_rag {

inline constexpr std::size_t kTextBytesLimit = 8 * 1024 * 1024;

/// What the bytes are said, or seem, to be.
enum class Form { Unspecified, Text, Markdown, Html, Pdf };

/// From a media type with its parameters; without one, from the name's ending and the first bytes. Throws
/// Error(PLATOS_INVALID_ARGUMENT) for a type that is not read.
Form form_of(std::string_view content_type, std::string_view name, std::string_view bytes);

/// The parameter charset of a media type, in lower case; empty when there is none.
std::string charset_of(std::string_view content_type);

struct Document {
  std::string bytes;
  std::string content_type;  ///< may be empty
  std::string name;          ///< of its source
};

/// UTF-8 of at most kTextBytesLimit, without control characters. Throws Error(PLATOS_INVALID_ARGUMENT) that names the
/// source.
std::string text_of(const Document& document, const std::string& program, const std::function<void()>& poll);

}  // namespace platos::skill_rag
