#include "files_skill.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "common/bounded_json.hpp"
#include "common/characters.hpp"
#include "workspace_files.hpp"

namespace platos::skill_files {

using nlohmann::json;
using plugin_common::refuse;

namespace {

constexpr std::size_t kReadBytes = 128 * 1024;
constexpr std::size_t kMaxContentBytes = 4 * 1024 * 1024;
constexpr std::size_t kMaxListed = 1000;
constexpr std::size_t kMaxHits = 100;
constexpr std::size_t kSearchedBytes = 1024 * 1024;  // of one file

struct Argument {
  std::string_view name;
  std::string_view type;
  bool required;
  std::string_view description;
};
struct Tool {
  std::string_view name;
  std::string_view effect;
  std::string_view description;
  std::vector<Argument> arguments;
};

const std::vector<Tool>& tools() {
  static const std::vector<Tool> all = {
      {"read_file",
       "read",
       "Read a text file of this conversation's workspace.",
       {{"path", "string", true, "Below the workspace, such as notes/plan.md."},
        {"offset", "integer", false, "Byte to begin at; 0 when left out."}}},
      {"write_file",
       "idempotent",
       "Write a file into this conversation's workspace; folders are made. Code that is run sees it under the same "
       "name.",
       {{"path", "string", true, "Below the workspace, such as data/in.csv."},
        {"content", "string", true, "The whole content."},
        {"contentType", "string", false, "MIME type; text/plain when left out."}}},
      {"list_dir",
       "read",
       "List files and folders of this conversation's workspace, with what is below them.",
       {{"prefix", "string", false, "Folder; the whole workspace when left out."}}},
      {"delete_file",
       "idempotent",
       "Delete a file or an empty folder of this conversation's workspace.",
       {{"path", "string", true, "Below the workspace."}}},
      {"move_file",
       "once",
       "Move or rename a file or folder of this conversation's workspace.",
       {{"from", "string", true, "What is moved."}, {"to", "string", true, "Its new path; a file there is replaced."}}},
      {"search_files",
       "read",
       "Find lines that hold a text, in the files of this conversation's workspace.",
       {{"query", "string", true, "Text to find, as it is written."},
        {"prefix", "string", false, "Folder; the whole workspace when left out."}}},
      {"upload_to_sandbox",
       "idempotent",
       "Make a file of this conversation's workspace ready for code: tells the path that run_python, run_node and "
       "run_shell "
       "see it under.",
       {{"path", "string", true, "Below the workspace."},
        {"destPath", "string", false, "Copy it to this path of the workspace first."}}}};
  return all;
}

std::string text_of(const json& arguments, const char* name, bool required) {
  const auto found = arguments.find(name);
  const std::string what = std::string("argument \"") + name + "\"";
  if (found == arguments.end()) {
    if (required) refuse(what, "a text", "none");
    return {};
  }
  if (!found->is_string()) refuse(what, "a text", plugin_common::describe(*found));
  auto text = found->get<std::string>();
  if (text.size() > kMaxContentBytes) refuse(what, "at most 4 MiB", std::to_string(text.size()) + " bytes");
  return text;
}

// Bytes that are no UTF-8 are shown as U+FFFD.
json shown(const std::string& bytes) {
  return json::parse(json(bytes).dump(-1, ' ', false, json::error_handler_t::replace));
}

json read_file(const WorkspaceFiles& files, const json& arguments) {
  std::int64_t offset = 0;
  if (const auto given = arguments.find("offset"); given != arguments.end())
    offset = plugin_common::integer_between("argument \"offset\"", *given, 0, std::int64_t{1} << 50);
  std::int64_t size = 0;
  const std::string path = text_of(arguments, "path", true);
  std::string text = files.read(path, offset, kReadBytes + 1, size);
  // Where there is more, the next read begins with a whole character, if it is text at all.
  const std::size_t whole = plugin_common::whole_characters(text, kReadBytes).size();
  text.resize(text.size() <= kReadBytes || kReadBytes - whole < 4 ? whole : kReadBytes);
  const std::int64_t end = offset + static_cast<std::int64_t>(text.size());
  return {{"path", path}, {"content", shown(text)}, {"size", size}, {"truncated", end < size}, {"nextOffset", end}};
}

json write_file(const WorkspaceFiles& files, const json& arguments) {
  const std::string path = text_of(arguments, "path", true);
  const std::string content = text_of(arguments, "content", true);
  const std::string type = text_of(arguments, "contentType", false);
  files.write(path, content);
  return {{"path", path}, {"bytes", content.size()}, {"contentType", type.empty() ? "text/plain" : type}};
}

json list_dir(const WorkspaceFiles& files, const json& arguments) {
  std::vector<Entry> entries;
  const bool whole = files.list(text_of(arguments, "prefix", false), kMaxListed, entries);
  json list = json::array();
  for (const Entry& entry : entries)
    list.push_back({{"path", shown(entry.path)}, {"type", entry.is_folder ? "dir" : "file"}, {"size", entry.bytes}});
  return {{"entries", std::move(list)}, {"truncated", !whole}};
}

void search_in(const Entry& entry, const std::string& text, const std::string& query, json& hits) {
  std::size_t number = 1;
  for (std::size_t from = 0; from < text.size() && hits.size() < kMaxHits; ++number) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    const std::string line = text.substr(from, end - from);
    if (line.find(query) != std::string::npos)
      hits.push_back({{"path", shown(entry.path)},
                      {"line", number},
                      {"text", shown(std::string(plugin_common::whole_characters(line, 400)))}});
    from = end + 1;
  }
}

json search_files(const WorkspaceFiles& files, const json& arguments, const sdk::Call& call) {
  const std::string query = text_of(arguments, "query", true);
  if (query.empty()) refuse("argument \"query\"", "a text", "an empty one");
  std::vector<Entry> entries;
  bool whole = files.list(text_of(arguments, "prefix", false), 10 * kMaxListed, entries);
  json hits = json::array();
  for (const Entry& entry : entries) {
    if (call.is_cancelled()) throw sdk::Error(PLATOS_CANCELLED, "the call was cancelled");
    if (entry.is_folder || hits.size() >= kMaxHits) continue;
    std::int64_t size = 0;
    try {
      search_in(entry, files.read(entry.path, 0, kSearchedBytes, size), query, hits);
    } catch (const sdk::Error&) {
      continue;  // a link, a pipe, or gone meanwhile
    }
    whole = whole && size <= static_cast<std::int64_t>(kSearchedBytes);
  }
  const bool full = hits.size() >= kMaxHits;
  return {{"matches", std::move(hits)}, {"truncated", full || !whole}};
}

json upload_to_sandbox(const WorkspaceFiles& files, const json& arguments) {
  std::string path = text_of(arguments, "path", true);
  const std::string target = text_of(arguments, "destPath", false);
  std::int64_t size = 0;
  std::string content = files.read(path, 0, target.empty() ? 0 : kMaxContentBytes, size);
  if (!target.empty()) {
    if (size > static_cast<std::int64_t>(kMaxContentBytes))
      refuse("argument \"path\"", "a file of at most 4 MiB for a copy", std::to_string(size) + " bytes");
    files.write(target, content);
    path = target;
  }
  return {{"sandboxPath", "/workspace/" + plain_path(path)}, {"bytes", size}};
}

}  // namespace

FilesSkill::FilesSkill(sdk::Host host, std::string_view config_json) : Skill(host), sandbox_(host) {
  const json config = plugin_common::parse_object(config_json, "configuration of files", 16);
  if (!config.empty()) refuse("configuration of files", "no members", plugin_common::in_quotes(config.begin().key()));
}

void FilesSkill::list(sdk::JsonWriter& out) {
  out.begin_array();
  for (const Tool& tool : tools()) {
    out.begin_object().key("name").value(tool.name).key("description").value(tool.description);
    out.key("effect").value(tool.effect).key("input_schema").begin_object().key("type").value("object");
    out.key("properties").begin_object();
    for (const Argument& each : tool.arguments) {
      out.key(each.name).begin_object().key("type").value(each.type).key("description").value(each.description);
      if (each.type == "string") out.key("maxLength").value(static_cast<std::int64_t>(kMaxContentBytes));
      out.end_object();
    }
    out.end_object().key("required").begin_array();
    for (const Argument& each : tool.arguments) {
      if (each.required) out.value(each.name);
    }
    out.end_array().key("additionalProperties").value(false).end_object().end_object();
  }
  out.end_array();
}

void FilesSkill::invoke(sdk::Call call, std::string_view name, std::string_view args_json, const sdk::ToolSink& sink) {
  const json arguments = plugin_common::parse_object(args_json, "arguments of " + std::string(name), 8);
  const WorkspaceFiles files(sandbox_.workspace(call));
  json answer;
  if (name == "read_file") {
    answer = read_file(files, arguments);
  } else if (name == "write_file") {
    answer = write_file(files, arguments);
  } else if (name == "list_dir") {
    answer = list_dir(files, arguments);
  } else if (name == "delete_file") {
    const std::string path = text_of(arguments, "path", true);
    files.remove(path);
    answer = {{"path", path}, {"deleted", true}};
  } else if (name == "move_file") {
    const std::string to = text_of(arguments, "to", true);
    files.move(text_of(arguments, "from", true), to);
    answer = {{"path", to}};
  } else if (name == "search_files") {
    answer = search_files(files, arguments, call);
  } else if (name == "upload_to_sandbox") {
    answer = upload_to_sandbox(files, arguments);
  } else {
    throw sdk::Error(PLATOS_NOT_FOUND,
                     "tool of files: expected one that it lists, found " + plugin_common::in_quotes(name));
  }
  sink.json(answer.dump());
}

}  // namespace platos::skill_files
