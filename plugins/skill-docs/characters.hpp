// The names of common/characters.hpp, in this plugin's namespace.
#pragma once

#include "../common/characters.hpp"

namespace platos::skill_docs {

using plugin_common::character_count;
using plugin_common::first_characters;
using plugin_common::kWhiteSpace;
using plugin_common::starts_character;
using plugin_common::trimmed;
using plugin_common::whole_characters;

}  // namespace platos::skill_docs
