#include "api/openapi/operation.hpp"

namespace platos::api::openapi {
namespace {

Json skill_tool_row() {
  return object({{"name", text()},
                 {"exposedName", described(text(), "How the model calls it")},
                 {"description", text()},
                 {"inputSchema", or_null(any_object())},
                 {"available", described(boolean(), "false: nothing here runs it; see `warnings`")}});
}

Json skill_file() { return object({{"path", text()}, {"bytes", integer_from(0)}, {"sha256", text()}}); }

Json skill_row() {
  return object({{"id", text()},
                 {"skillId", described(text(), "The name of a SKILL.md, or the id of a manifest")},
                 {"name", text()},
                 {"description", text()},
                 {"version", described(text(), "As its author says")},
                 {"author", or_null(text())},
                 {"origin", words({"official", "community", "custom"})},
                 {"isOfficial", boolean()},
                 {"tags", list_of(text())},
                 {"promptBlock", described(text(), "The instructions that load_skill gives")},
                 {"providesTools", list_of(ref("SkillTool"))},
                 {"requiredEnv", list_of(text())},
                 {"optionalEnv", list_of(text())},
                 {"missingEnv", list_of(text())},
                 {"importedFrom", or_null(text())},
                 {"envReady", boolean()},
                 {"envSetMap", map_of(boolean())},
                 {"category", text()},
                 {"createdAt", time()},
                 {"updatedAt", time()},
                 {"format", words({"SKILL.md", "skill.md manifest"})},
                 {"license", or_null(text())},
                 {"compatibility", or_null(text())},
                 {"allowedTools", list_of(text())},
                 {"metadata", map_of(text())},
                 {"versionNumber", described(integer_from(1), "Of the installation; each change is one")},
                 {"checksum", described(text(), "SHA-256 of what sha256sum prints for the files, sorted by path")},
                 {"files", list_of(ref("SkillFile"))},
                 {"ready", boolean()},
                 {"problem", or_null(text())},
                 {"warnings", list_of(text())}},
                {{"agentSkillId", text()}, {"enabled", boolean()}, {"enabledAt", time()}});
}

Json official_row() {
  return object({{"skillId", text()},
                 {"name", text()},
                 {"description", text()},
                 {"version", text()},
                 {"category", text()},
                 {"tags", list_of(text())},
                 {"requiredEnv", list_of(text())},
                 {"optionalEnv", list_of(text())},
                 {"checksum", text()},
                 {"installed", boolean()}});
}

Json version_row() {
  return object({{"versionNumber", integer_from(1)},
                 {"checksum", text()},
                 {"importedFrom", or_null(text())},
                 {"fileCount", integer_from(1)},
                 {"totalBytes", integer_from(1)},
                 {"createdBy", text()},
                 {"createdAt", time()},
                 {"isCurrent", boolean()}});
}

Json broken_row() {
  return object(
      {{"skillId", text()}, {"missing", list_of(text())}, {"problem", or_null(text())}, {"warnings", list_of(text())}});
}

Json installation() {
  return needs_one_of(
      object({}, {{"source", described(text(), "One manifest: a SKILL.md or a *.skill.md")},
                  {"files", list_of(object({{"path", some_text()}}, {{"content", text()}, {"contentBase64", text()}}))},
                  {"folder",
                   described(or_null(text()), "With `files`: the name of their folder, which SKILL.md must have")},
                  {"archive", described(text(), "A zip, tar or tar.gz in base64")},
                  {"official", described(text(), "The skillId of an official skill")},
                  {"origin", or_null(words({"community", "custom"}))},
                  {"importedFrom", or_null(text())},
                  {"checksum", described(or_null(text()), "Installed only if the package has it")}}),
      {"source", "files", "archive", "official"});
}

Json one_skill() { return object({{"skill", ref("Skill")}}); }

std::vector<Operation> attachments() {
  return {operation("GET /api/v1/agent/skills/agent/{agentId}", "listAgentSkills")
              .path("agentId", some_text(), "Id or slug of the agent")
              .gives(200, "Its skills that are installed", listing("skills", ref("Skill"))),
          operation("POST /api/v1/agent/skills/agent/{agentId}/{id}", "attachSkill")
              .path("agentId", some_text(), "Id or slug of the agent")
              .path("id", some_text(), "Id or skillId of the skill; an official one is installed when it is not there")
              .tells("412 names variables of the environment that must be set first.")
              .gives(201, "The skill; the agent has a new version", one_skill())
              .fails({409, 412}),
          operation("DELETE /api/v1/agent/skills/agent/{agentId}/{id}", "detachSkill")
              .path("agentId", some_text(), "Id or slug of the agent")
              .path("id", some_text(), "Id or skillId of the skill")
              .gives(200, "The agent has a new version", object({{"removed", boolean()}}))};
}

std::vector<Operation> skill_operations() {
  std::vector<Operation> all = {
      operation("GET /api/v1/agent/skills", "listSkills")
          .pages(100, 500)
          .query("page", integer_from(1), "In place of `offset`: pages count from 1")
          .query("search", text(), "Part of id, name or description")
          .gives(200, "Official ones first, then by skillId",
                 object({{"skills", list_of(ref("Skill"))},
                         {"total", integer_from(0)},
                         {"limit", integer_from(1)},
                         {"offset", integer_from(0)},
                         {"hasMore", boolean()}})),
      operation("POST /api/v1/agent/skills", "installSkill")
          .takes(installation())
          .tells("The same content again changes nothing; other content is a new version, and the current one.")
          .gives(201, "The skill", one_skill())
          .fails({409}),
      operation("POST /api/v1/agent/skills/import", "importSkill")
          .takes(object({{"url", some_text()}}, {{"checksum", or_null(text())}}))
          .tells("Public HTTPS addresses only, also of redirects.")
          .gives(201, "The skill", one_skill())
          .fails({408, 409}),
      operation("GET /api/v1/agent/skills/health", "getSkillHealth")
          .gives(200, "Counts, and what the others lack",
                 object({{"total", integer_from(0)},
                         {"official", integer_from(0)},
                         {"envReady", integer_from(0)},
                         {"broken", integer_from(0)},
                         {"skills", list_of(ref("BrokenSkill"))},
                         {"fetchedAt", time()}})),
      operation("GET /api/v1/agent/skills/official", "listOfficialSkills")
          .gives(200, "All that this server ships", listing("skills", ref("OfficialSkill"))),
      operation("GET /api/v1/agent/skills/{id}", "getSkill")
          .path("id", some_text(), "Id or skillId of the skill")
          .gives(200, "The skill", one_skill()),
      operation("DELETE /api/v1/agent/skills/{id}", "deleteSkill")
          .path("id", some_text(), "Id or skillId of the skill")
          .gives(200, "How many agents lost it", object({{"removed", boolean()}, {"affectedAgents", integer_from(0)}})),
      operation("GET /api/v1/agent/skills/{id}/versions", "listSkillVersions")
          .path("id", some_text(), "Id or skillId of the skill")
          .gives(200, "Newest first; the last 50 are kept", listing("versions", ref("SkillVersion"))),
      operation("POST /api/v1/agent/skills/{id}/rollback", "rollBackSkill")
          .path("id", some_text(), "Id or skillId of the skill")
          .takes(object({{"version", integer_from(1)}}))
          .gives(200, "The skill as it is now", one_skill())};
  for (auto& each : attachments()) all.push_back(std::move(each));
  return all;
}

}  // namespace

Resource skills_resource() {
  return {"Skills",
          "Packages of instructions, references and scripts that agents use.",
          {{"Skill", skill_row()},
           {"SkillTool", skill_tool_row()},
           {"SkillFile", skill_file()},
           {"SkillVersion", version_row()},
           {"OfficialSkill", official_row()},
           {"BrokenSkill", broken_row()}},
          skill_operations()};
}

}  // namespace platos::api::openapi
