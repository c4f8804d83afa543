// Installed packages of skills, their versions and files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/scope.hpp"
#include "store/session.hpp"

namespace platos::store {

struct SkillPackageRow {
  std::string id;
  std::string slug;
  std::string origin;  ///< official, community, custom
  std::int64_t current_number = 0;
  std::int64_t last_number = 0;
  std::int64_t created_us = 0;
  std::int64_t updated_us = 0;
};

struct SkillVersionRow {
  std::string package_id;
  std::int64_t number = 0;
  std::string manifest_path;
  std::string checksum;
  std::string imported_from;  ///< empty: it was sent
  std::int64_t file_count = 0;
  std::int64_t total_bytes = 0;
  std::string created_by;
  std::int64_t created_us = 0;
};

struct SkillFileRow {
  std::string path;
  std::int64_t bytes = 0;
  std::string sha256;
};

/// A view on a session; made where it is used. Throws SqlError: Constraint for a slug that is there already.
class SkillPackages {
 public:
  explicit SkillPackages(Session& session) : session_(session) {}

  void insert(const model::Scope& scope, const SkillPackageRow& package);
  /// Origin, current and last number, time.
  void update(const model::Scope& scope, const SkillPackageRow& package);
  std::optional<SkillPackageRow> find(const model::Scope& scope, const std::string& id_or_slug);
  /// Official ones first, then by slug.
  std::vector<SkillPackageRow> list(const model::Scope& scope);
  bool remove(const model::Scope& scope, const std::string& id);

  void insert(const model::Scope& scope, const SkillVersionRow& version);
  std::optional<SkillVersionRow> find_version(const model::Scope& scope, const std::string& package_id,
                                              std::int64_t number);
  /// Newest first.
  std::vector<SkillVersionRow> versions(const model::Scope& scope, const std::string& package_id);
  void remove_version(const model::Scope& scope, const std::string& package_id, std::int64_t number);

  void insert(const model::Scope& scope, const SkillVersionRow& version, const std::string& path,
              const std::string& content);
  std::vector<SkillFileRow> files(const model::Scope& scope, const std::string& package_id, std::int64_t number);
  std::optional<std::string> content(const model::Scope& scope, const std::string& package_id, std::int64_t number,
                                     const std::string& path);

 private:
  Session& session_;
};

}  // namespace platos::store
