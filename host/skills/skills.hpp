// Installed skills of an environment: install, versions, rollback, delete.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.hpp"
#include "base/loop.hpp"
#include "base/task.hpp"
#include "model/scope.hpp"
#include "model/skill.hpp"
#include "skills/official.hpp"
#include "store/database.hpp"
#include "store/skill_packages.hpp"

namespace platos::skills {

/// One version of a package as it was installed. Immutable.
struct PackageVersion {
  store::SkillVersionRow row;
  model::SkillManifest manifest;
  std::vector<store::SkillFileRow> files;
  std::string problem;  ///< why it cannot be used; empty: it can
};

/// A value.
struct InstalledSkill {
  store::SkillPackageRow row;
  std::shared_ptr<const PackageVersion> current;
  std::map<std::string, bool> variables;  ///< that it names, and whether the environment has them

  bool is_official() const { return row.origin == "official"; }
  std::vector<std::string> missing() const;  ///< required variables that are not set
  bool ready() const { return current->problem.empty() && missing().empty(); }
};

/// What an environment has installed, at one moment. Immutable.
struct InstalledSkills {
  std::vector<InstalledSkill> all;  ///< official ones first, then by slug
  /// By id or slug; null when there is none.
  const InstalledSkill* find(std::string_view id_or_slug) const;
};

struct SkillInstallation {
  model::SkillPackage package;
  std::string origin = "custom";  ///< official, community, custom
  std::string imported_from;
};

/// Internally synchronised. What was read is remembered for some seconds, and until something is changed here.
class Skills {
 public:
  Skills(store::Database& database, base::IdMaker& ids, const OfficialSkills& official,
         std::vector<std::string> disabled)
      : database_(database), ids_(ids), official_(official), disabled_(std::move(disabled)) {}

  const OfficialSkills& official() const { return official_; }

  Task<Result<std::shared_ptr<const InstalledSkills>>> installed(base::Loop& loop, model::Scope scope);
  /// NotFound "skill_not_found" holds for all that name one, by id or slug.
  Task<Result<InstalledSkill>> find(base::Loop& loop, model::Scope scope, std::string id_or_slug);

  /// The package of its id, or a new version of it, which becomes the current one; the same content again changes
  /// nothing. Conflict "skill_name_clash": the tools of two packages would have the same names, or an official id is
  /// taken by another; ResourceExhausted "too_many_skills"; FailedPrecondition "skill_disabled".
  Task<Result<InstalledSkill>> install(base::Loop& loop, model::Principal who, SkillInstallation wanted);

  /// Newest first.
  Task<Result<std::vector<store::SkillVersionRow>>> versions(base::Loop& loop, model::Scope scope,
                                                             std::string id_or_slug);
  /// Makes another version the current one. NotFound "skill_version_not_found".
  Task<Result<InstalledSkill>> roll_back(base::Loop& loop, model::Principal who, std::string id_or_slug,
                                         std::int64_t number);
  /// All versions. The slug that it had.
  Task<Result<std::string>> remove(base::Loop& loop, model::Principal who, std::string id_or_slug);

  /// Of the version `number`. NotFound "skill_file_not_found".
  Task<Result<std::string>> content(base::Loop& loop, model::Scope scope, std::string package_id, std::int64_t number,
                                    std::string path);
  Task<Result<model::SkillFiles>> all_files(base::Loop& loop, model::Scope scope, std::string package_id,
                                            std::int64_t number);
  /// Values of those variables that are set.
  Task<Result<std::map<std::string, std::string>>> values(base::Loop& loop, model::Scope scope,
                                                          std::vector<std::string> names);

  /// Something that this depends on was changed elsewhere: variables of an environment.
  void forget();

 private:
  struct Known {
    std::shared_ptr<const InstalledSkills> skills;
    std::int64_t until_us = 0;
  };
  std::shared_ptr<const PackageVersion> version(store::Session& session, const model::Scope& scope,
                                                const store::SkillPackageRow& package);
  InstalledSkill state_of(store::Session& session, const model::Scope& scope, const store::SkillPackageRow& package);
  bool is_disabled(std::string_view slug) const;

  store::Database& database_;
  base::IdMaker& ids_;
  const OfficialSkills& official_;
  std::vector<std::string> disabled_;
  std::mutex mutex_;
  std::uint64_t generation_ = 0;
  std::map<std::string, Known> known_;                                     // by environment
  std::map<std::string, std::shared_ptr<const PackageVersion>> versions_;  // by package and number
};

/// The name by which a model calls a tool of a package: "platos_web_search__fetch_url", at most 64 characters.
std::string exposed_name(std::string_view slug, std::string_view tool);

}  // namespace platos::skills
