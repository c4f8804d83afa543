// Packages of skills as data: what an author wrote for agents, in one of two forms.
//
// A folder with SKILL.md (the Agent Skills specification), or a manifest `*.skill.md`, which can declare tools. Both
// begin with YAML between lines "---"; the text behind it is what a model reads when it uses the skill.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace platos::model {

enum class SkillForm { Unspecified, SkillMd, Manifest };

/// A tool that a manifest declares.
struct SkillTool {
  std::string name;
  std::string description;
  std::string input_schema_json;  ///< empty: any object will do
  std::string handler;            ///< "script:<path>": a script of the package; anything else names no more than itself
};

struct SkillManifest {
  SkillForm form = SkillForm::Unspecified;
  std::string id;  ///< lower case: "pdf-forms" of a SKILL.md, "acme.web_search" of a manifest
  std::string name;
  std::string description;
  std::string version = "0.0.1";
  std::string license;
  std::string compatibility;
  std::vector<std::string> allowed_tools;
  std::map<std::string, std::string> metadata;
  std::string author;
  std::string origin;
  std::string category;
  std::string instance;  ///< the plugin's instance whose tools these are; only heard of official skills
  std::vector<std::string> required_env;
  std::vector<std::string> optional_env;
  std::vector<std::string> tags;
  std::vector<SkillTool> tools;
  std::string body;  ///< trimmed
};

/// Relative path, with '/', to content.
using SkillFiles = std::map<std::string, std::string>;

struct SkillPackage {
  SkillManifest manifest;
  std::string manifest_path;
  SkillFiles files;
  std::string checksum;  ///< see skill_checksum()
};

inline constexpr std::size_t kMaxSkillFiles = 200;
inline constexpr std::size_t kMaxSkillFileBytes = 1024 * 1024;
inline constexpr std::size_t kMaxSkillPackageBytes = 4 * 1024 * 1024;
inline constexpr std::size_t kMaxSkillManifestBytes = 256 * 1024;

/// SKILL.md by the rules of its specification. `folder`: the name of its folder, which must be the skill's; empty: it
/// lies in none. Environment variables stand in `metadata`, as "required-env" and "optional-env", with spaces between.
///
/// Errors of all four: InvalidArgument "missing_frontmatter", "missing_field", "invalid_field", "invalid_id",
/// "invalid_name", "skill_not_utf8" and those of parse_yaml(); TooLarge "skill_too_large".
Result<SkillManifest> parse_skill_md(std::string_view text, std::string_view folder = {});
/// A manifest `*.skill.md`. Without an id it is "community.<name>".
Result<SkillManifest> parse_skill_manifest(std::string_view text);
/// Whichever of both the text is: SKILL.md when it has no field of the other.
Result<SkillManifest> parse_skill_source(std::string_view text);

/// Finds and reads the manifest, and looks at every path and size. Besides: InvalidArgument "invalid_path",
/// "no_manifest", "many_manifests".
Result<SkillPackage> make_skill_package(SkillFiles files, std::string_view folder = {});

/// A path inside a package: relative, UTF-8, without "..", ".", empty parts, backslashes and control characters, at
/// most 200 bytes and 8 parts. InvalidArgument "invalid_path".
Result<void> check_skill_path(std::string_view path);

/// Of all files: the SHA-256 of the lines that `sha256sum` prints for them, sorted by path. The same for a folder and
/// any archive of it.
std::string skill_checksum(const SkillFiles& files);

/// Scripts that can be run, such as "scripts/convert.py": Python, shell and JavaScript.
std::vector<std::string> skill_scripts(const std::vector<std::string>& paths);
/// The program that runs a script; empty: none does.
std::string_view script_interpreter(std::string_view path);

/// The rule of names in SKILL.md: 1 to 64 of a-z, 0-9 and single hyphens inside.
bool is_skill_md_name(std::string_view name);

}  // namespace platos::model
