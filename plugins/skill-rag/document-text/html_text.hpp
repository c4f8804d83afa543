// The text of an HTML page, by libxml2. Pure function; any thread.
#pragma once

#include <string>
#include <string_view>

namespace platos::skill_rag {

/// Its title and what a reader sees, blocks as lines, as UTF-8. Scripts, styles and what stands in no text are left
/// out. `charset`: of the transport, such as "iso-8859-1"; empty: what the page says, else UTF-8. Any bytes are taken.
/// Throws Error(PLATOS_INVALID_ARGUMENT) when libxml2 makes nothing of them.
std::string html_text(std::string_view html, const std::string& charset = {});

}  // namespace platos::skill_rag
