// The text of a web page, as a reader sees it. Any thread; libxml2 must have been initialised.
#pragma once

#include <string>
#include <string_view>

namespace platos::skill_web {

struct PageText {
  std::string title;
  std::string text;
};

/// Of HTML, however broken. `charset` is what the server said, or empty; then the page's own word counts, and UTF-8
/// when it says none. Scripts, styles and what is not shown are left out; white space is collapsed; paragraphs,
/// headings, rows and items stand on lines of their own. Throws sdk::Error(INVALID_ARGUMENT) when nothing can be read.
PageText text_of_html(std::string_view html, const std::string& charset);

/// Of plain text in a charset: UTF-8, or as it is, cleaned, when the charset is not known.
std::string text_of_plain(std::string_view bytes, const std::string& charset);

}  // namespace platos::skill_web
