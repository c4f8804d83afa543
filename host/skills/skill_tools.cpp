#include "skills/skill_tools.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "model/json_schema.hpp"

namespace platos::skills {
namespace {

using model::Json;

constexpr std::string_view kPackage = "package:";
constexpr std::string_view kEverySkill = "package:*";
constexpr const char* kRunScript = "run_script";
constexpr std::size_t kMaxPromptBytes = 16'000;
constexpr std::size_t kPageBytes = 48 * 1024;
constexpr std::size_t kMaxFilesShown = 200;
constexpr std::int64_t kScriptTimeoutMs = 30'000;

std::shared_ptr<const model::JsonSchema> compiled(const Json& schema) {
  auto made = model::JsonSchema::compile(schema);
  return made ? std::make_shared<const model::JsonSchema>(std::move(*made)) : nullptr;
}

model::Tool tool_of(std::string instance, std::string name, std::string model_name, std::string description,
                    const Json& schema, model::Effect effect) {
  model::Tool tool;
  tool.instance = std::move(instance);
  tool.name = std::move(name);
  tool.model_name = std::move(model_name);
  tool.description = std::move(description);
  tool.input_schema_json = model::dump(schema);
  tool.input_schema = compiled(schema);
  tool.effect = effect;
  tool.category = "skills";
  return tool;
}

/// Only what is attached can be named: the schema is checked before a call.
model::Tool load_tool(const std::vector<const InstalledSkill*>& skills) {
  Json names = Json::array();
  for (const auto* skill : skills) names.push_back(skill->row.slug);
  const Json schema = {
      {"type", "object"},
      {"properties",
       {{"name", {{"type", "string"}, {"enum", std::move(names)}, {"description", "Which skill"}}},
        {"file",
         {{"type", "string"}, {"maxLength", 200}, {"description", "One of its files; absent: its instructions"}}},
        {"offset", {{"type", "integer"}, {"minimum", 0}, {"description", "nextOffset of the part before"}}}}},
      {"required", {"name"}},
      {"additionalProperties", false}};
  return tool_of(std::string(kEverySkill), SkillTools::kLoadSkill, SkillTools::kLoadSkill,
                 "Read the instructions of one of your skills, or a file that they refer to.", schema,
                 model::Effect::Read);
}

std::vector<std::string> paths_of(const PackageVersion& version) {
  std::vector<std::string> paths;
  for (const auto& file : version.files) paths.push_back(file.path);
  return paths;
}

model::Tool script_tool(const InstalledSkill& skill, const std::vector<std::string>& scripts) {
  const Json schema = {
      {"type", "object"},
      {"properties",
       {{"script", {{"type", "string"}, {"enum", scripts}}},
        {"args", {{"type", "array"}, {"items", {{"type", "string"}, {"maxLength", 4096}}}, {"maxItems", 32}}},
        {"input", {{"type", "string"}, {"maxLength", 262'144}, {"description", "Its standard input"}}}}},
      {"required", {"script"}},
      {"additionalProperties", false}};
  return tool_of(std::string(kPackage) + skill.row.slug, kRunScript, exposed_name(skill.row.slug, kRunScript),
                 "Run a script of the skill " + skill.row.slug + ", without a network. Load the skill first.", schema,
                 model::Effect::Once);
}

/// One line, whatever an author put into it.
std::string one_line(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!space) line += c;
    if (space && !line.empty() && line.back() != ' ') line += ' ';
  }
  return line;
}

Json page_of(std::string_view text, std::int64_t offset, const char* member) {
  Json page = Json::object();
  std::size_t from = std::min(static_cast<std::size_t>(offset), text.size());
  while (from < text.size() && (static_cast<unsigned char>(text[from]) & 0xC0) == 0x80) ++from;
  const auto part = base::cut_utf8(text.substr(from), kPageBytes);
  page[member] = part;
  if (from > 0) page["offset"] = from;
  if (from + part.size() < text.size()) {
    page["nextOffset"] = from + part.size();
    page["totalBytes"] = text.size();
  }
  return page;
}

Json files_of(const PackageVersion& version) {
  Json files = Json::array();
  for (const auto& file : version.files) {
    if (file.path != version.row.manifest_path && files.size() < kMaxFilesShown)
      files.push_back({{"path", file.path}, {"bytes", file.bytes}});
  }
  return files;
}

Json result_of(const ports::ScriptResult& result) {
  Json json = {{"exitCode", result.exit_code}, {"output", result.output}, {"errors", result.errors}};
  if (result.output_cut) json["outputCut"] = true;
  if (result.timed_out) json["timedOut"] = true;
  return json;
}

/// What a script wrote as the answer of a declared tool: JSON as it is, anything else as text.
Json answer_of(const ports::ScriptResult& result) {
  if (result.exit_code != 0 || result.timed_out) return result_of(result);
  auto parsed = model::parse_bounded(base::trim(result.output), "the output");
  return parsed ? std::move(*parsed) : Json{{"output", result.output}};
}

const model::SkillTool* declared(const model::SkillManifest& manifest, std::string_view name) {
  const auto found =
      std::find_if(manifest.tools.begin(), manifest.tools.end(), [&](const auto& each) { return each.name == name; });
  return found == manifest.tools.end() ? nullptr : &*found;
}

Error skill_unavailable(std::string_view slug, const std::string& reason) {
  return {ErrorKind::FailedPrecondition,
          "skill_unavailable",
          "the skill \"" + base::printable(slug, 80) + "\" cannot be used: " + reason,
          false,
          0,
          {}};
}

/// Attached skills that can be used, in the agent's order.
std::vector<const InstalledSkill*> usable(const InstalledSkills& installed, const model::AgentConfig& agent) {
  std::vector<const InstalledSkill*> list;
  for (const auto& slug : agent.installed_skills) {
    const auto* skill = installed.find(slug);
    if (skill != nullptr && skill->ready()) list.push_back(skill);
  }
  return list;
}

std::string why_not(const InstalledSkills& installed, const std::string& slug) {
  const auto* skill = installed.find(slug);
  if (skill == nullptr) return "it is not installed";
  if (!skill->current->problem.empty()) return skill->current->problem;
  std::string missing;
  for (const auto& name : skill->missing()) missing += (missing.empty() ? "set " : ", ") + name;
  return missing;
}

}  // namespace

bool SkillTools::owns(std::string_view instance) const { return instance.starts_with(kPackage); }

void SkillTools::offer_plugin(const InstalledSkill& skill, Offer& offer) const {
  const auto& manifest = skill.current->manifest;
  const auto source = plugins_.skill(manifest.instance);
  if (!source) {
    offer.problems.push_back("instance \"" + manifest.instance + "\": " + source.error().message);
    return;
  }
  for (const auto& wanted : manifest.tools) {
    const auto& tools = (*source)->tools();
    const auto found =
        std::find_if(tools.begin(), tools.end(), [&](const auto& each) { return each.name == wanted.name; });
    if (found == tools.end()) {
      offer.problems.push_back("instance \"" + manifest.instance + "\" has no tool \"" + wanted.name + "\"");
      continue;
    }
    model::Tool tool = *found;
    tool.instance = std::string(kPackage) + skill.row.slug;
    tool.model_name = exposed_name(skill.row.slug, tool.name);
    offer.tools.push_back(std::move(tool));
  }
}

void SkillTools::offer_declared(const InstalledSkill& skill, Offer& offer) const {
  for (const auto& wanted : skill.current->manifest.tools) {
    if (!wanted.handler.starts_with("script:")) {
      offer.problems.push_back("tool \"" + wanted.name + "\" has no handler that is run here; give it \"script:PATH\"");
    } else if (runner_ == nullptr) {
      offer.problems.push_back("tool \"" + wanted.name + "\" needs a sandbox, which this server has not");
    } else {
      const auto schema = model::parse_bounded(
          wanted.input_schema_json.empty() ? R"({"type":"object"})" : wanted.input_schema_json, "the schema");
      offer.tools.push_back(tool_of(std::string(kPackage) + skill.row.slug, wanted.name,
                                    exposed_name(skill.row.slug, wanted.name), wanted.description,
                                    schema.value_or(Json::object()), model::Effect::Once));
    }
  }
}

SkillTools::Offer SkillTools::offer_of(const InstalledSkill& skill) const {
  Offer offer;
  const auto& version = *skill.current;
  if (!version.problem.empty()) return offer;
  // Only the operator's own manifests may speak of the operator's plugins.
  if (skill.is_official() && !version.manifest.instance.empty()) {
    offer_plugin(skill, offer);
    return offer;
  }
  offer_declared(skill, offer);
  const auto scripts = model::skill_scripts(paths_of(version));
  const bool is_declared = declared(version.manifest, kRunScript) != nullptr;
  if (scripts.empty() || is_declared) return offer;
  if (runner_ == nullptr) {
    offer.problems.push_back("its scripts need a sandbox, which this server has not");
  } else {
    offer.tools.push_back(script_tool(skill, scripts));
  }
  return offer;
}

Task<Result<std::vector<model::SharedTool>>> SkillTools::tools_of(base::Loop& loop, model::Scope scope,
                                                                  model::AgentConfig agent) {
  std::vector<model::SharedTool> tools;
  if (agent.installed_skills.empty()) co_return tools;
  const auto installed = co_await skills_.installed(loop, scope);
  if (!installed) co_return fail(installed.error());
  const auto skills = usable(**installed, agent);
  if (skills.empty()) co_return tools;
  if (agent.meta_tool(kLoadSkill)) tools.push_back(std::make_shared<const model::Tool>(load_tool(skills)));
  for (const auto* skill : skills) {
    for (auto& tool : offer_of(*skill).tools) tools.push_back(std::make_shared<const model::Tool>(std::move(tool)));
  }
  co_return tools;
}

Task<std::string> SkillTools::prompt_block(base::Loop& loop, model::Scope scope, model::AgentConfig agent) {
  if (agent.installed_skills.empty() || !agent.meta_tool(kLoadSkill)) co_return std::string();
  const auto installed = co_await skills_.installed(loop, scope);
  if (!installed) co_return std::string();
  for (const auto& slug : agent.installed_skills) {
    const auto* skill = (*installed)->find(slug);
    if (skill != nullptr && skill->ready()) continue;
    logger_.warn("skills", "an attached skill is left out",
                 {{"skill", slug}, {"environment", scope.environment_id}, {"reason", why_not(**installed, slug)}});
  }
  const auto skills = usable(**installed, agent);
  if (skills.empty()) co_return std::string();
  std::string block =
      "## Skills\n\nYou have the skills below. Before you do what one of them is for, call load_skill with its name, "
      "and follow what it says.\n";
  std::size_t shown = 0;
  for (const auto* skill : skills) {
    const std::string line = "\n- " + skill->row.slug + ": " + one_line(skill->current->manifest.description);
    if (block.size() + line.size() > kMaxPromptBytes) break;
    block += line;
    ++shown;
  }
  if (shown < skills.size()) block += "\n\n" + std::to_string(skills.size() - shown) + " more are not listed here.";
  co_return block;
}

Task<Result<std::string>> SkillTools::invoke(base::Loop& loop, ports::CallContext context, std::string instance,
                                             std::string tool, std::string arguments_json, base::CancelToken cancel) {
  if (instance == kEverySkill) co_return co_await load_skill(loop, context.scope, std::move(arguments_json));
  const std::string slug = instance.substr(std::min(instance.size(), kPackage.size()));
  const auto installed = co_await skills_.installed(loop, context.scope);
  if (!installed) co_return fail(installed.error());
  const auto* skill = (*installed)->find(slug);
  if (skill == nullptr || !skill->ready()) co_return fail(skill_unavailable(slug, why_not(**installed, slug)));
  const auto offer = offer_of(*skill);
  const bool offered =
      std::any_of(offer.tools.begin(), offer.tools.end(), [&](const model::Tool& each) { return each.name == tool; });
  if (!offered) co_return fail(skill_unavailable(slug, "it has no tool \"" + base::printable(tool, 80) + "\""));
  const bool is_plugins = skill->is_official() && !skill->current->manifest.instance.empty();
  if (!is_plugins) {
    co_return co_await run_script(loop, std::move(context), *skill, std::move(tool), std::move(arguments_json), cancel);
  }
  const auto source = plugins_.skill(skill->current->manifest.instance);
  if (!source) co_return fail(source.error());
  co_return co_await (*source)->invoke(std::move(context), std::move(tool), std::move(arguments_json), cancel);
}

Task<Result<std::string>> SkillTools::load_skill(base::Loop& loop, model::Scope scope, std::string arguments_json) {
  const auto arguments = model::parse_bounded(arguments_json, "the arguments");
  if (!arguments) co_return fail(arguments.error());
  const auto name = model::required_text(*arguments, "name");
  if (!name) co_return fail(name.error());
  const auto file = model::optional_text(*arguments, "file");
  if (!file) co_return fail(file.error());
  const auto offset = model::optional_integer(*arguments, "offset", 0, INT64_MAX);
  if (!offset) co_return fail(offset.error());
  const auto installed = co_await skills_.installed(loop, scope);
  if (!installed) co_return fail(installed.error());
  const auto* skill = (*installed)->find(*name);
  if (skill == nullptr || !skill->ready()) co_return fail(skill_unavailable(*name, why_not(**installed, *name)));
  const std::shared_ptr<const PackageVersion> version = skill->current;
  Json answer = {{"name", skill->row.slug}, {"version", version->manifest.version}};
  if (!*file) {
    answer.update(page_of(version->manifest.body, offset->value_or(0), "instructions"));
    if (offset->value_or(0) == 0) answer["files"] = files_of(*version);
    co_return model::dump(answer);
  }
  const auto content = co_await skills_.content(loop, scope, version->row.package_id, version->row.number, **file);
  if (!content) co_return fail(content.error());
  if (!base::is_valid_utf8(*content) || content->find('\0') != std::string::npos) {
    co_return fail(ErrorKind::InvalidArgument, "skill_file_binary",
                   "\"" + **file + "\" is no text; only a script of the skill can use it");
  }
  answer["file"] = **file;
  answer.update(page_of(*content, offset->value_or(0), "content"));
  co_return model::dump(answer);
}

Task<Result<std::string>> SkillTools::run_script(base::Loop& loop, ports::CallContext context, InstalledSkill skill,
                                                 std::string tool, std::string arguments_json,
                                                 base::CancelToken cancel) {
  const PackageVersion& version = *skill.current;
  const auto arguments = model::parse_bounded(arguments_json, "the arguments");
  if (!arguments) co_return fail(arguments.error());
  ports::ScriptJob job;
  job.timeout_ms = kScriptTimeoutMs;
  const auto* by_manifest = declared(version.manifest, tool);
  std::string path;
  if (by_manifest != nullptr) {
    path = by_manifest->handler.substr(std::string_view("script:").size());
    job.input = arguments_json;
  } else {
    path = arguments->value("script", "");
    job.input = arguments->value("input", "");
  }
  const auto paths = paths_of(version);
  const auto interpreter = model::script_interpreter(path);
  if (interpreter.empty() || std::find(paths.begin(), paths.end(), path) == paths.end())
    co_return fail(model::invalid_field("script", "a script of the skill", "\"" + base::printable(path, 80) + "\""));
  job.command = {std::string(interpreter), path};
  if (by_manifest == nullptr) {
    for (const auto& each : arguments->value("args", std::vector<std::string>{})) job.command.push_back(each);
  }
  auto files = co_await skills_.all_files(loop, context.scope, version.row.package_id, version.row.number);
  if (!files) co_return fail(files.error());
  job.files = std::move(*files);
  std::vector<std::string> names = version.manifest.required_env;
  names.insert(names.end(), version.manifest.optional_env.begin(), version.manifest.optional_env.end());
  auto values = co_await skills_.values(loop, context.scope, std::move(names));
  if (!values) co_return fail(values.error());
  job.environment = std::move(*values);
  const auto result = co_await runner_->run(loop, std::move(job), cancel);
  if (!result) co_return fail(result.error());
  co_return model::dump(by_manifest == nullptr ? result_of(*result) : answer_of(*result));
}

}  // namespace platos::skills
