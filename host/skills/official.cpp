#include "skills/official.hpp"

#include <algorithm>
#include <filesystem>

#include "base/folder.hpp"

namespace platos::skills {
namespace {

Result<model::SkillPackage> read_official(const std::filesystem::path& folder) {
  auto files = base::read_folder(folder.string());
  if (!files) return fail(files.error());
  return model::make_skill_package(std::move(*files), folder.filename().string());
}

}  // namespace

OfficialSkills::OfficialSkills(const std::string& folder, const std::vector<std::string>& disabled,
                               base::Logger& logger) {
  std::error_code failure;
  for (std::filesystem::directory_iterator each(folder, failure), end; !failure && each != end;
       each.increment(failure)) {
    std::error_code unknown;
    if (!each->is_directory(unknown)) continue;
    auto package = read_official(each->path());
    if (!package) {
      logger.warn("skills", "an official skill cannot be read",
                  {{"folder", each->path().string()}, {"reason", package.error().message}});
      continue;
    }
    if (std::find(disabled.begin(), disabled.end(), package->manifest.id) == disabled.end())
      all_.push_back(std::move(*package));
  }
  std::sort(all_.begin(), all_.end(),
            [](const auto& left, const auto& right) { return left.manifest.id < right.manifest.id; });
}

const model::SkillPackage* OfficialSkills::find(std::string_view id) const {
  const auto found =
      std::find_if(all_.begin(), all_.end(), [id](const model::SkillPackage& each) { return each.manifest.id == id; });
  return found == all_.end() ? nullptr : &*found;
}

}  // namespace platos::skills
