// One passage of the shipped documentation, and the table that the build makes of all of them.
#pragma once

#include <span>
#include <string_view>

namespace platos::skill_docs {

/// All members refer to static storage. The bytes are those of the document: UTF-8 if the document is.
struct Section {
  std::string_view source;  ///< file name relative to the source tree, or the command that printed it
  std::string_view title;   ///< heading path, such as "Storage > Retention"
  std::string_view text;    ///< markdown without the heading, about 1200 bytes at most
};

/// The sections in the order of the documents; empty when the build found none. Defined by the source that
/// embed_docs.cmake writes. Any thread.
std::span<const Section> embedded_sections() noexcept;

}  // namespace platos::skill_docs
