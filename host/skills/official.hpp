// The official skills: shipped beside the program, offered for installation.
#pragma once

#include <string>
#include <vector>

#include "base/logger.hpp"
#include "model/skill.hpp"

namespace platos::skills {

/// Immutable after construction.
class OfficialSkills {
 public:
  /// `folder` holds one folder a skill; one that cannot be read is logged and left out, and so are ids in `disabled`.
  OfficialSkills(const std::string& folder, const std::vector<std::string>& disabled, base::Logger& logger);

  /// By id.
  const std::vector<model::SkillPackage>& all() const { return all_; }
  /// By id; null when there is none.
  const model::SkillPackage* find(std::string_view id) const;

 private:
  std::vector<model::SkillPackage> all_;
};

}  // namespace platos::skills
