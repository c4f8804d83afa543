-- Installed packages of skills: instructions for agents, with references and scripts. Each installation is a version;
-- one of them is current.
CREATE TABLE skill_packages (
  id TEXT PRIMARY KEY, env_id TEXT NOT NULL, slug TEXT NOT NULL, origin TEXT NOT NULL, current_number BIGINT NOT NULL,
  last_number BIGINT NOT NULL, created_us BIGINT NOT NULL, updated_us BIGINT NOT NULL, UNIQUE (env_id, slug));
CREATE TABLE skill_versions (
  env_id TEXT NOT NULL, package_id TEXT NOT NULL, number BIGINT NOT NULL, manifest_path TEXT NOT NULL,
  checksum TEXT NOT NULL, imported_from TEXT NOT NULL, file_count BIGINT NOT NULL, total_bytes BIGINT NOT NULL,
  created_by TEXT NOT NULL, created_us BIGINT NOT NULL, PRIMARY KEY (env_id, package_id, number));
CREATE TABLE skill_files (
  env_id TEXT NOT NULL, package_id TEXT NOT NULL, number BIGINT NOT NULL, path TEXT NOT NULL, bytes BIGINT NOT NULL,
  sha256 TEXT NOT NULL, content BYTEA NOT NULL, PRIMARY KEY (env_id, package_id, number, path));

CALL platos_build_wall('skill_packages');
CALL platos_build_wall('skill_versions');
CALL platos_build_wall('skill_files');
