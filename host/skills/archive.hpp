// Packages of skills that come as archives.
#pragma once

#include <string_view>

#include "base/result.hpp"
#include "model/skill.hpp"

namespace platos::skills {

/// Whether the bytes begin as a zip or gzip file does.
bool looks_like_archive(std::string_view bytes);

/// The files of a zip, tar or tar.gz; a folder that holds everything is taken away. Nothing touches a disk, and what is
/// unpacked is counted while it is, so that a small archive of much stays small. Blocks for up to some 50 ms. Errors:
/// InvalidArgument "archive_unreadable", "archive_irregular" (links, devices, encrypted entries), "invalid_path";
/// TooLarge "skill_too_large".
Result<model::SkillFiles> read_archive(std::string_view bytes);

}  // namespace platos::skills
