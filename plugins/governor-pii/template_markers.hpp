// Markers of chat templates, which make text look like another speaker's. Pure; any thread.
#pragma once

#include "recogniser.hpp"

namespace platos::governor_pii {

/// The marker that begins at `at`: [INST], <<SYS>>, <|im_start|> and their like.
Attempt match_template_marker(const Text& text, std::size_t at) noexcept;

}  // namespace platos::governor_pii
