#include "api/skill_body.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/wire.hpp"
#include "base/text.hpp"
#include "skills/archive.hpp"

namespace platos::api {
namespace {

using model::Json;

/// Either alphabet, with and without padding.
Result<std::string> from_base64(const std::string& member, std::string text) {
  while (text.ends_with('=')) text.pop_back();
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  auto bytes = base::from_base64url(text);
  if (!bytes) return fail(model::invalid_field(member, "base64", "something else"));
  return std::move(*bytes);
}

Result<model::SkillFiles> read_files(const Json& list) {
  if (!list.is_array()) return fail(model::invalid_field("files", "a list of files", model::kind_of(list)));
  model::SkillFiles files;
  for (const auto& each : list) {
    if (!each.is_object()) return fail(model::invalid_field("files", "objects", model::kind_of(each)));
    const auto path = model::required_text(each, "path");
    if (!path) return fail(path.error());
    const auto content = model::optional_text(each, "content");
    if (!content) return fail(content.error());
    const auto coded = model::optional_text(each, "contentBase64");
    if (!coded) return fail(coded.error());
    if (content->has_value() == coded->has_value()) {
      return fail(model::invalid_field("files." + base::printable(*path, 80), "\"content\" or \"contentBase64\"",
                                       *content ? "both" : "none"));
    }
    auto bytes = *coded ? from_base64("contentBase64", **coded) : Result<std::string>(**content);
    if (!bytes) return fail(bytes.error());
    if (!files.emplace(*path, std::move(*bytes)).second)
      return fail(model::invalid_field("files", "paths that differ", "\"" + base::printable(*path, 80) + "\" twice"));
  }
  return files;
}

Result<model::SkillPackage> package_of_source(const std::string& source) {
  const auto manifest = model::parse_skill_source(source);
  if (!manifest) return fail(manifest.error());
  const bool is_skill_md = manifest->form == model::SkillForm::SkillMd;
  model::SkillFiles files;
  files.emplace(is_skill_md ? "SKILL.md" : "main.skill.md", source);
  return model::make_skill_package(std::move(files));
}

Result<model::SkillPackage> package_of_body(const Json& body) {
  const auto folder = model::optional_text(body, "folder");
  if (!folder) return fail(folder.error());
  if (body.contains("files")) {
    auto files = read_files(body["files"]);
    if (!files) return fail(files.error());
    return model::make_skill_package(std::move(*files), folder->value_or(""));
  }
  if (body.contains("archive")) {
    auto text = model::required_text(body, "archive");
    if (!text) return fail(text.error());
    const auto bytes = from_base64("archive", std::move(*text));
    if (!bytes) return fail(bytes.error());
    auto files = skills::read_archive(*bytes);
    if (!files) return fail(files.error());
    return model::make_skill_package(std::move(*files));
  }
  const auto source = model::required_text(body, "source");
  if (!source) return fail(source.error());
  return package_of_source(*source);
}

Json tools_of(const skills::InstalledSkill& skill, const skills::SkillTools::Offer& offer) {
  Json tools = Json::array();
  for (const auto& tool : offer.tools) {
    tools.push_back({{"name", tool.name},
                     {"exposedName", tool.model_name},
                     {"description", tool.description},
                     {"inputSchema", model::parse_bounded(tool.input_schema_json, "a schema").value_or(Json())},
                     {"available", true}});
  }
  for (const auto& tool : skill.current->manifest.tools) {
    const bool offered = std::any_of(offer.tools.begin(), offer.tools.end(),
                                     [&](const model::Tool& each) { return each.name == tool.name; });
    if (offered) continue;
    tools.push_back({{"name", tool.name},
                     {"exposedName", skills::exposed_name(skill.row.slug, tool.name)},
                     {"description", tool.description},
                     {"inputSchema", model::parse_bounded(tool.input_schema_json, "a schema").value_or(Json())},
                     {"available", false}});
  }
  return tools;
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

/// "web-search" of "platos.web-search".
std::string category_of(const model::SkillManifest& manifest) {
  if (!manifest.category.empty()) return manifest.category;
  const std::string slug = manifest.id.substr(manifest.id.rfind('.') + 1);
  return slug.substr(0, slug.find_first_of("-_"));
}

}  // namespace

Result<SkillRequest> read_skill_request(const Json& body) {
  const int ways = static_cast<int>(body.contains("source")) + static_cast<int>(body.contains("files")) +
                   static_cast<int>(body.contains("archive")) + static_cast<int>(body.contains("official"));
  if (ways != 1) {
    return fail(model::invalid_field("the body", "exactly one of \"source\", \"files\", \"archive\" and \"official\"",
                                     std::to_string(ways)));
  }
  SkillRequest request;
  const auto origin = model::optional_text(body, "origin");
  if (!origin) return fail(origin.error());
  request.origin = origin->value_or("custom");
  if (request.origin != "custom" && request.origin != "community")
    return fail(model::invalid_field("origin", "\"community\" or \"custom\"",
                                     "\"" + base::printable(request.origin, 40) + "\""));
  const auto from = model::optional_text(body, "importedFrom");
  if (!from) return fail(from.error());
  request.imported_from = from->value_or("").substr(0, 500);
  if (!base::is_valid_utf8(request.imported_from)) request.imported_from.clear();
  const auto checksum = model::optional_text(body, "checksum");
  if (!checksum) return fail(checksum.error());
  request.checksum = base::to_lower(checksum->value_or(""));
  if (body.contains("official")) {
    auto id = model::required_text(body, "official");
    if (!id) return fail(id.error());
    request.official = std::move(*id);
    return request;
  }
  auto package = package_of_body(body);
  if (!package) return fail(package.error());
  request.package = std::move(*package);
  return request;
}

Result<model::SkillPackage> package_of_bytes(const std::string& bytes) {
  if (!skills::looks_like_archive(bytes)) return package_of_source(bytes);
  auto files = skills::read_archive(bytes);
  if (!files) return fail(files.error());
  return model::make_skill_package(std::move(*files));
}

Json to_wire(const skills::InstalledSkill& skill, const skills::SkillTools::Offer& offer) {
  const auto& manifest = skill.current->manifest;
  Json files = Json::array();
  for (const auto& file : skill.current->files)
    files.push_back({{"path", file.path}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  Json json = {{"id", skill.row.id},
               {"skillId", skill.row.slug},
               {"name", manifest.name},
               {"description", manifest.description},
               {"version", manifest.version},
               {"author", text_or_null(manifest.author)},
               {"origin", skill.row.origin},
               {"isOfficial", skill.is_official()},
               {"tags", manifest.tags},
               {"promptBlock", manifest.body},
               {"providesTools", tools_of(skill, offer)},
               {"requiredEnv", manifest.required_env},
               {"optionalEnv", manifest.optional_env},
               {"missingEnv", skill.missing()},
               {"importedFrom", text_or_null(skill.current->row.imported_from)},
               {"envReady", skill.missing().empty()},
               {"envSetMap", skill.variables},
               {"category", category_of(manifest)},
               {"createdAt", time_to_wire(skill.row.created_us)},
               {"updatedAt", time_to_wire(skill.row.updated_us)}};
  json.update({{"format", manifest.form == model::SkillForm::SkillMd ? "SKILL.md" : "skill.md manifest"},
               {"license", text_or_null(manifest.license)},
               {"compatibility", text_or_null(manifest.compatibility)},
               {"allowedTools", manifest.allowed_tools},
               {"metadata", manifest.metadata},
               {"versionNumber", skill.row.current_number},
               {"checksum", skill.current->row.checksum},
               {"files", std::move(files)},
               {"ready", skill.ready()},
               {"problem", text_or_null(skill.current->problem)},
               {"warnings", offer.problems}});
  return json;
}

Json to_wire(const model::SkillPackage& official, bool installed) {
  const auto& manifest = official.manifest;
  return {{"skillId", manifest.id},
          {"name", manifest.name},
          {"description", manifest.description},
          {"version", manifest.version},
          {"category", category_of(manifest)},
          {"tags", manifest.tags},
          {"requiredEnv", manifest.required_env},
          {"optionalEnv", manifest.optional_env},
          {"checksum", official.checksum},
          {"installed", installed}};
}

Json to_wire(const store::SkillVersionRow& version, std::int64_t current) {
  return {{"versionNumber", version.number},
          {"checksum", version.checksum},
          {"importedFrom", text_or_null(version.imported_from)},
          {"fileCount", version.file_count},
          {"totalBytes", version.total_bytes},
          {"createdBy", version.created_by},
          {"createdAt", time_to_wire(version.created_us)},
          {"isCurrent", version.number == current}};
}

}  // namespace platos::api
