#include "store/skill_packages.hpp"

#include "base/text.hpp"
#include "store/rows.hpp"

#define PLATOS_PACKAGE_COLUMNS "id, slug, origin, current_number, last_number, created_us, updated_us"
#define PLATOS_SKILL_VERSION_COLUMNS \
  "package_id, number, manifest_path, checksum, imported_from, file_count, total_bytes, created_by, created_us"

namespace platos::store {
namespace {

using model::Scope;

constexpr std::string_view kSkillContent = "skill_files.content";

std::string file_row(const std::string& package_id, std::int64_t number, const std::string& path) {
  return package_id + "/" + std::to_string(number) + "/" + path;
}

SkillPackageRow read_package(const Row& row) {
  SkillPackageRow package;
  package.id = row.text(0);
  package.slug = row.text(1);
  package.origin = row.text(2);
  package.current_number = row.integer(3);
  package.last_number = row.integer(4);
  package.created_us = row.integer(5);
  package.updated_us = row.integer(6);
  return package;
}

SkillVersionRow read_skill_version(const Row& row) {
  SkillVersionRow version;
  version.package_id = row.text(0);
  version.number = row.integer(1);
  version.manifest_path = row.text(2);
  version.checksum = row.text(3);
  version.imported_from = row.text(4);
  version.file_count = row.integer(5);
  version.total_bytes = row.integer(6);
  version.created_by = row.text(7);
  version.created_us = row.integer(8);
  return version;
}

}  // namespace

void SkillPackages::insert(const Scope& scope, const SkillPackageRow& package) {
  session_.execute(scope,
                   "INSERT INTO skill_packages (id, env_id, slug, origin, current_number, last_number, created_us, "
                   "updated_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
                   {package.id, scope.environment_id, package.slug, package.origin, package.current_number,
                    package.last_number, package.created_us, package.updated_us});
}

void SkillPackages::update(const Scope& scope, const SkillPackageRow& package) {
  session_.execute(scope,
                   "UPDATE skill_packages SET origin = $1, current_number = $2, last_number = $3, updated_us = $4 "
                   "WHERE env_id = $5 AND id = $6",
                   {package.origin, package.current_number, package.last_number, package.updated_us,
                    scope.environment_id, package.id});
}

std::optional<SkillPackageRow> SkillPackages::find(const Scope& scope, const std::string& id_or_slug) {
  return first_row<SkillPackageRow>(session_, scope,
                                    "SELECT " PLATOS_PACKAGE_COLUMNS
                                    " FROM skill_packages WHERE env_id = $1 AND (id = $2 OR slug = $2)",
                                    {scope.environment_id, id_or_slug}, read_package);
}

std::vector<SkillPackageRow> SkillPackages::list(const Scope& scope) {
  return all_rows<SkillPackageRow>(session_, scope,
                                   "SELECT " PLATOS_PACKAGE_COLUMNS
                                   " FROM skill_packages WHERE env_id = $1 ORDER BY CASE WHEN origin = 'official' "
                                   "THEN 0 ELSE 1 END, slug",
                                   {scope.environment_id}, read_package);
}

bool SkillPackages::remove(const Scope& scope, const std::string& id) {
  session_.send(scope, "DELETE FROM skill_files WHERE env_id = $1 AND package_id = $2", {scope.environment_id, id});
  session_.send(scope, "DELETE FROM skill_versions WHERE env_id = $1 AND package_id = $2", {scope.environment_id, id});
  return session_.execute(scope, "DELETE FROM skill_packages WHERE env_id = $1 AND id = $2",
                          {scope.environment_id, id}) > 0;
}

void SkillPackages::insert(const Scope& scope, const SkillVersionRow& version) {
  session_.execute(
      scope,
      "INSERT INTO skill_versions (env_id, package_id, number, manifest_path, checksum, imported_from, "
      "file_count, total_bytes, created_by, created_us) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
      {scope.environment_id, version.package_id, version.number, version.manifest_path, version.checksum,
       version.imported_from, version.file_count, version.total_bytes, version.created_by, version.created_us});
}

std::optional<SkillVersionRow> SkillPackages::find_version(const Scope& scope, const std::string& package_id,
                                                           std::int64_t number) {
  return first_row<SkillVersionRow>(session_, scope,
                                    "SELECT " PLATOS_SKILL_VERSION_COLUMNS
                                    " FROM skill_versions WHERE env_id = $1 AND package_id = $2 AND number = $3",
                                    {scope.environment_id, package_id, number}, read_skill_version);
}

std::vector<SkillVersionRow> SkillPackages::versions(const Scope& scope, const std::string& package_id) {
  return all_rows<SkillVersionRow>(session_, scope,
                                   "SELECT " PLATOS_SKILL_VERSION_COLUMNS
                                   " FROM skill_versions WHERE env_id = $1 AND package_id = $2 ORDER BY number DESC",
                                   {scope.environment_id, package_id}, read_skill_version);
}

void SkillPackages::remove_version(const Scope& scope, const std::string& package_id, std::int64_t number) {
  session_.send(scope, "DELETE FROM skill_files WHERE env_id = $1 AND package_id = $2 AND number = $3",
                {scope.environment_id, package_id, number});
  session_.send(scope, "DELETE FROM skill_versions WHERE env_id = $1 AND package_id = $2 AND number = $3",
                {scope.environment_id, package_id, number});
}

void SkillPackages::insert(const Scope& scope, const SkillVersionRow& version, const std::string& path,
                           const std::string& content) {
  const std::string row = file_row(version.package_id, version.number, path);
  const std::string sha256 = base::sha256_hex(content);
  session_.execute(
      scope,
      "INSERT INTO skill_files (env_id, package_id, number, path, bytes, sha256, content) "
      "VALUES ($1, $2, $3, $4, $5, $6, $7)",
      {scope.environment_id, version.package_id, version.number, path, static_cast<std::int64_t>(content.size()),
       sha256, Sealed{content, place(scope, kSkillContent, row)}});
}

std::vector<SkillFileRow> SkillPackages::files(const Scope& scope, const std::string& package_id, std::int64_t number) {
  return all_rows<SkillFileRow>(session_, scope,
                                "SELECT path, bytes, sha256 FROM skill_files WHERE env_id = $1 AND package_id = $2 "
                                "AND number = $3 ORDER BY path",
                                {scope.environment_id, package_id, number}, [](const Row& row) {
                                  return SkillFileRow{row.text(0), row.integer(1), row.text(2)};
                                });
}

std::optional<std::string> SkillPackages::content(const Scope& scope, const std::string& package_id,
                                                  std::int64_t number, const std::string& path) {
  const std::string place_row = file_row(package_id, number, path);
  return first_row<std::string>(
      session_, scope,
      "SELECT content FROM skill_files WHERE env_id = $1 AND package_id = $2 AND number = $3 AND path = $4",
      {scope.environment_id, package_id, number, path},
      [&](const Row& row) { return row.unsealed(0, place(scope, kSkillContent, place_row)); });
}

}  // namespace platos::store
