#include "model/skill.hpp"

#include <algorithm>
#include <set>

#include "base/text.hpp"
#include "model/json.hpp"

namespace platos::model {
namespace {

constexpr std::size_t kMaxPathBytes = 200;
constexpr std::size_t kMaxPathParts = 8;

Error invalid_path(std::string_view path, const char* expected) {
  return {ErrorKind::InvalidArgument,
          "invalid_path",
          "path \"" + base::printable(path, 80) + "\": expected " + expected,
          false,
          0,
          {}};
}

bool is_manifest_path(std::string_view path) {
  if (path.find('/') != std::string_view::npos) return false;
  return path == "SKILL.md" || path == "skill.md" || path.ends_with(".skill.md");
}

Result<void> check_files(const SkillFiles& files) {
  if (files.size() > kMaxSkillFiles) {
    return fail(ErrorKind::TooLarge, "skill_too_large",
                "the package has " + std::to_string(files.size()) + " files; at most " +
                    std::to_string(kMaxSkillFiles) + " are taken");
  }
  std::set<std::string> lower;
  std::size_t total = 0;
  for (const auto& [path, content] : files) {
    if (auto good = check_skill_path(path); !good) return good;
    if (!lower.insert(base::to_lower(path)).second)
      return fail(invalid_path(path, "names that differ by more than their case"));
    total += content.size();
    if (content.size() <= kMaxSkillFileBytes && total <= kMaxSkillPackageBytes) continue;
    return fail(ErrorKind::TooLarge, "skill_too_large",
                "the package is too large at \"" + path + "\": at most 1 MiB a file and 4 MiB in all are taken");
  }
  return {};
}

Result<std::string> find_manifest(const SkillFiles& files) {
  std::vector<std::string> found;
  for (const auto& [path, content] : files) {
    if (is_manifest_path(path)) found.push_back(path);
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) {
    return fail(ErrorKind::InvalidArgument, "no_manifest",
                "the package has no SKILL.md and no *.skill.md at its top; add one");
  }
  return fail(ErrorKind::InvalidArgument, "many_manifests",
              "the package has " + found[0] + " and " + found[1] + "; keep one manifest");
}

/// Scripts that tools of the manifest name must be there, and runnable.
Result<void> check_handlers(const SkillManifest& manifest, const SkillFiles& files) {
  for (const auto& tool : manifest.tools) {
    if (!tool.handler.starts_with("script:")) continue;
    const std::string path = tool.handler.substr(7);
    if (files.contains(path) && !script_interpreter(path).empty()) continue;
    return fail(invalid_field("provides_tools." + tool.name + ".handler",
                              "script: and the path of a .py, .sh or .js file of the package",
                              "\"" + base::printable(tool.handler, 80) + "\""));
  }
  return {};
}

}  // namespace

Result<void> check_skill_path(std::string_view path) {
  if (path.empty() || path.size() > kMaxPathBytes) return fail(invalid_path(path, "1 to 200 bytes"));
  if (!base::is_valid_utf8(path)) return fail(invalid_path(path, "UTF-8"));
  if (path.front() == '/') return fail(invalid_path(path, "a path relative to the package"));
  const bool has_control =
      std::any_of(path.begin(), path.end(), [](char c) { return (c >= 0 && c < ' ') || c == '\x7F'; });
  if (has_control || path.find('\\') != std::string_view::npos || path.find(':') != std::string_view::npos)
    return fail(invalid_path(path, "no control characters, backslashes and colons"));
  const auto parts = base::split(path, '/');
  if (parts.size() > kMaxPathParts) return fail(invalid_path(path, "at most 8 folders deep"));
  for (const auto part : parts) {
    if (part.empty() || part == "." || part == "..")
      return fail(invalid_path(path, "no \"..\", \".\" and empty parts"));
  }
  return {};
}

std::string skill_checksum(const SkillFiles& files) {
  std::string lines;
  for (const auto& [path, content] : files) lines += base::sha256_hex(content) + "  " + path + "\n";
  return base::sha256_hex(lines);
}

std::string_view script_interpreter(std::string_view path) {
  if (path.ends_with(".py")) return "python3";
  if (path.ends_with(".sh")) return "sh";
  if (path.ends_with(".js") || path.ends_with(".mjs")) return "node";
  return {};
}

std::vector<std::string> skill_scripts(const std::vector<std::string>& paths) {
  std::vector<std::string> scripts;
  for (const auto& path : paths) {
    if (path.starts_with("scripts/") && !script_interpreter(path).empty()) scripts.push_back(path);
  }
  return scripts;
}

Result<SkillPackage> make_skill_package(SkillFiles files, std::string_view folder) {
  if (auto good = check_files(files); !good) return fail(good.error());
  auto path = find_manifest(files);
  if (!path) return fail(path.error());
  const bool is_skill_md = base::to_lower(*path) == "skill.md";
  auto manifest = is_skill_md ? parse_skill_md(files.at(*path), folder) : parse_skill_manifest(files.at(*path));
  if (!manifest) return fail(manifest.error());
  if (auto good = check_handlers(*manifest, files); !good) return fail(good.error());
  SkillPackage package;
  package.manifest = std::move(*manifest);
  package.manifest_path = std::move(*path);
  package.checksum = skill_checksum(files);
  package.files = std::move(files);
  return package;
}

}  // namespace platos::model
