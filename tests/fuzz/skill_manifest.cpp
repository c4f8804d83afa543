// A manifest of a skill that is accepted has what the rest of the host relies on.
#include <nlohmann/json.hpp>

#include "fuzz/clean_error.hpp"
#include "model/json.hpp"
#include "model/skill.hpp"

using namespace platos;
using fuzz::require;

namespace {

void check_fields(const model::SkillManifest& manifest) {
  require(!manifest.id.empty() && manifest.id.size() <= 64, "an id fits into the name of a tool");
  require(manifest.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789._-") == std::string::npos,
          "an id is plain");
  require(!manifest.description.empty() && manifest.description.size() <= 4 * 1024, "a description is there");
  for (const auto* text : {&manifest.name, &manifest.description, &manifest.version, &manifest.body})
    require(base::is_valid_utf8(*text), "texts are UTF-8");
  for (const auto* names : {&manifest.required_env, &manifest.optional_env}) {
    for (const auto& name : *names)
      require(!name.empty() && name.find_first_of("= \n") == std::string::npos, "a variable has a name");
  }
  for (const auto& tool : manifest.tools) {
    require(!tool.name.empty() && tool.name.size() <= 64, "a tool has a name");
    if (tool.input_schema_json.empty()) continue;
    const auto schema = model::parse_bounded(tool.input_schema_json, "the schema");
    require(schema.has_value() && schema->is_object(), "a schema is an object");
  }
}

void check_result(const Result<model::SkillManifest>& manifest) {
  if (!manifest) return fuzz::require_clean(manifest.error());
  check_fields(*manifest);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz::text_of(data, size));
  const auto skill = model::parse_skill_md(text);
  check_result(skill);
  if (skill) require(model::is_skill_md_name(skill->name), "a name keeps the rule");
  check_result(model::parse_skill_manifest(text));
  check_result(model::parse_skill_source(text));
  const auto package = model::make_skill_package({{"SKILL.md", text}});
  require(package.has_value() == skill.has_value(), "a package is as good as its manifest");
  return 0;
}
