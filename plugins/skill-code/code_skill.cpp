#include "code_skill.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "common/bounded_json.hpp"

namespace platos::skill_code {

using nlohmann::json;
using plugin_common::refuse;

namespace {

constexpr std::size_t kMaxCodeBytes = 256 * 1024;
constexpr std::int32_t kSignalled = 128;  // and the number of the signal
constexpr std::int32_t kLastSignal = 64;

struct Language {
  std::string_view tool;
  std::string_view name;
  std::string_view argument;
  const char* file;
  std::int64_t default_ms;
  std::int64_t longest_ms;
  std::string_view description;
};
constexpr std::array<Language, 3> kLanguages{{
    {"run_python", "python", "code", "main.py", 15'000, 60'000,
     "Run Python 3 code. Each call is a new process without network; print what you want to see. Files in the current "
     "folder stay for later calls of this conversation and are the same that the file tools see."},
    {"run_node", "node", "code", "main.cjs", 15'000, 60'000,
     "Run JavaScript with Node. Each call is a new process without network; use console.log for what you want to see. "
     "Files in the current folder stay for later calls of this conversation and are the same that the file tools see."},
    {"run_shell", "shell", "command", "main.sh", 30'000, 120'000,
     "Run a shell command (bash) without network, in the folder that the conversation's code and file tools share."},
}};

std::string joined(const json& config, const char* member) {
  std::string path;
  const auto found = config.find(member);
  if (found == config.end()) return path;
  for (const auto& folder : *found) {
    const auto text = folder.get<std::string>();
    if (!text.starts_with('/') || text.find(':') != std::string::npos)
      refuse(std::string("configuration of code: ") + member, "absolute folders without a colon", text);
    path += (path.empty() ? "" : ":") + text;
  }
  return path;
}

const std::string& text_of(const json& arguments, std::string_view tool, std::string_view name) {
  const auto found = arguments.find(std::string(name));
  const std::string what = "argument \"" + std::string(name) + "\" of " + std::string(tool);
  if (found == arguments.end()) refuse(what, "a text", "none");
  if (!found->is_string()) refuse(what, "a text", plugin_common::describe(*found));
  const auto& text = found->get_ref<const std::string&>();
  if (text.empty() || text.size() > kMaxCodeBytes)
    refuse(what, "1 to 262144 bytes", std::to_string(text.size()) + " bytes");
  return text;
}

std::optional<std::string> why(const sdk::SandboxEnd& end, std::int64_t timeout_ms) {
  if (end.timed_out) return "timed out after " + std::to_string(timeout_ms) + " ms; nothing of it runs any more";
  if (end.stopped_for == "workspace") return "it wrote more than the workspace holds; what it wrote was removed";
  if (!end.stopped_for.empty()) return "stopped: it used too much of: " + end.stopped_for;
  // What lies above is a program's own word, such as 255 of sys.exit(-1).
  if (end.exit_code > kSignalled && end.exit_code <= kSignalled + kLastSignal)
    return "ended by signal " + std::to_string(end.exit_code - kSignalled);
  if (end.exit_code != 0) return "ended with exit code " + std::to_string(end.exit_code);
  return std::nullopt;
}

// Bytes that are no UTF-8 are shown as U+FFFD.
json shown(const std::string& bytes) {
  if (bytes.empty()) return nullptr;
  return json::parse(json(bytes).dump(-1, ' ', false, json::error_handler_t::replace));
}

[[noreturn]] void refuse_packages() {
  throw sdk::Error(
      PLATOS_FAILED_PRECONDITION,
      "install_package: code runs without network, so no package can be fetched here. Use what is there (the "
      "standard library, and packages that were provided); for more, an operator puts packages into a folder, "
      "lists it in the setting sandbox.read_only_paths and in python_path or node_path of the instance "
      "\"code\"");
}

void write_schema(const Language& language, sdk::JsonWriter& out) {
  out.begin_object().key("type").value("object").key("properties").begin_object();
  out.key(language.argument).begin_object().key("type").value("string").key("minLength").value(1);
  out.key("maxLength").value(static_cast<std::int64_t>(kMaxCodeBytes)).end_object();
  if (language.name == "shell") {
    out.key("cwd").begin_object().key("type").value("string").key("maxLength").value(1024).key("description");
    out.value("Folder below the workspace to start in.").end_object();
  }
  out.key("timeoutMs").begin_object().key("type").value("integer").key("minimum").value(1000);
  out.key("maximum").value(language.longest_ms).key("default").value(language.default_ms).end_object();
  out.end_object().key("required").begin_array().value(language.argument).end_array();
  out.key("additionalProperties").value(false).end_object();
}

}  // namespace

CodeSkill::CodeSkill(sdk::Host host, std::string_view config_json) : Skill(host), sandbox_(host) {
  const json config = plugin_common::parse_object(config_json, "configuration of code", 16);
  python_path_ = joined(config, "python_path");
  node_path_ = joined(config, "node_path");
  max_output_bytes_ = config.value("max_output_bytes", max_output_bytes_);
}

void CodeSkill::list(sdk::JsonWriter& out) {
  out.begin_array();
  for (const Language& language : kLanguages) {
    out.begin_object().key("name").value(language.tool).key("description").value(language.description);
    out.key("input_schema");
    write_schema(language, out);
    out.key("effect").value("once").key("timeout_ms").value(language.longest_ms + 5'000).end_object();
  }
  out.begin_object().key("name").value("install_package").key("description");
  out.value("Tells how packages get into the sandbox, which has no network: an operator provides them.");
  out.key("input_schema").begin_object().key("type").value("object").key("properties").begin_object();
  out.key("packages").begin_object().key("type").begin_array().value("string").value("array").end_array().end_object();
  out.key("manager").begin_object().key("type").value("string").key("enum").begin_array().value("pip").value("npm");
  out.end_array().key("default").value("pip").end_object().end_object();
  out.key("required").begin_array().value("packages").end_array().key("additionalProperties").value(false);
  out.end_object().key("effect").value("read").end_object().end_array();
}

void CodeSkill::invoke(sdk::Call call, std::string_view name, std::string_view args_json, const sdk::ToolSink& sink) {
  if (name == "install_package") refuse_packages();
  const auto language =
      std::find_if(kLanguages.begin(), kLanguages.end(), [&](const Language& each) { return each.tool == name; });
  if (language == kLanguages.end())
    throw sdk::Error(PLATOS_NOT_FOUND,
                     "tool of code: expected one that it lists, found " + plugin_common::in_quotes(name));
  const json arguments = plugin_common::parse_object(args_json, "arguments of " + std::string(name), 8);
  const std::string& code = text_of(arguments, name, language->argument);
  sdk::SandboxJob job;
  job.files[language->file] = code;
  const std::string file = std::string("/job/") + language->file;
  if (language->name == "python") job.command = {"python3", file};
  if (language->name == "node") job.command = {"node", file};
  if (language->name == "shell") {
    job.command = {"bash", file};
    if (arguments.contains("cwd")) {
      job.command = {"bash", "-c", "cd -- \"$1\" && exec bash \"$2\"", "bash", text_of(arguments, name, "cwd"), file};
    }
  }
  if (!python_path_.empty()) job.variables["PYTHONPATH"] = python_path_;
  if (!node_path_.empty()) job.variables["NODE_PATH"] = node_path_;
  std::int64_t timeout_ms = language->default_ms;
  if (const auto given = arguments.find("timeoutMs"); given != arguments.end())
    timeout_ms = plugin_common::integer_between("argument \"timeoutMs\"", *given, 1000, language->longest_ms);
  job.timeout_ms = static_cast<std::int32_t>(timeout_ms);
  job.max_output_bytes = max_output_bytes_;
  const std::int64_t began_ns = host().monotonic_ns();
  const sdk::SandboxEnd end = sandbox_.run(call, job);
  const auto problem = why(end, timeout_ms);
  json answer = {{"lang", language->name},      {"stdout", shown(end.output)},
                 {"stderr", shown(end.errors)}, {"error", problem ? json(*problem) : json(nullptr)},
                 {"exitCode", end.exit_code},   {"latencyMs", (host().monotonic_ns() - began_ns) / 1'000'000}};
  if (end.output_cut) answer["truncated"] = true;
  sink.json(answer.dump());
}

}  // namespace platos::skill_code
