// platos threads rename, tag, pin, unpin, unarchive, fork, export.
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "model/json.hpp"

namespace platos::cli {
namespace {

constexpr std::int64_t kPage = 200;

struct ChangeOptions {
  std::string id;
  std::string title;
  std::string message;
  std::vector<std::string> tags;
};

std::string thread_path(const std::string& id) { return "/api/v1/agent/threads/" + encode_component(id); }

Result<void> show_changed(const Result<Json>& thread, bool json) {
  if (!thread) return fail(thread.error());
  if (json) {
    print_json(*thread);
    return {};
  }
  std::string tags;
  for (const auto& tag : thread->value("tags", Json::array()))
    tags += (tags.empty() ? "" : ", ") + tag.get<std::string>();
  print_fields({{"id", text_of(*thread, "id")},
                {"title", text_of(*thread, "title")},
                {"status", text_of(*thread, "status")},
                {"tags", tags},
                {"pinned", time_of(*thread, "pinnedAt")}});
  return {};
}

Result<void> rename(Connection& connection, const ChangeOptions& options, bool json) {
  return show_changed(
      connection.call("PATCH", thread_path(options.id) + "/rename", model::dump({{"title", options.title}})), json);
}
Result<void> tag(Connection& connection, const ChangeOptions& options, bool json) {
  return show_changed(connection.call("POST", thread_path(options.id) + "/tags", model::dump({{"tags", options.tags}})),
                      json);
}
Result<void> pin(Connection& connection, const ChangeOptions& options, bool json) {
  return show_changed(connection.call("POST", thread_path(options.id) + "/pin", R"({"pinned":true})"), json);
}
Result<void> unpin(Connection& connection, const ChangeOptions& options, bool json) {
  return show_changed(connection.call("POST", thread_path(options.id) + "/pin", R"({"pinned":false})"), json);
}
Result<void> unarchive(Connection& connection, const ChangeOptions& options, bool json) {
  return show_changed(connection.call("POST", thread_path(options.id) + "/unarchive"), json);
}

Result<void> fork(Connection& connection, const ChangeOptions& options, bool json) {
  Json body = {{"upToMessageId", options.message}};
  if (!options.title.empty()) body["title"] = options.title;
  return show_changed(connection.call("POST", thread_path(options.id) + "/fork", model::dump(body)), json);
}

// One JSON document, always: what a person reads is `platos threads messages`.
Result<void> export_thread(Connection& connection, const ChangeOptions& options, bool) {
  auto thread = connection.get(thread_path(options.id));
  if (!thread) return fail(thread.error());
  Json messages = Json::array();
  for (std::int64_t offset = 0;; offset += kPage) {
    const auto page = connection.get(thread_path(options.id) + "/messages?limit=" + std::to_string(kPage) +
                                     "&offset=" + std::to_string(offset));
    if (!page) return fail(page.error());
    const Json rows = page->value("messages", Json::array());
    for (const auto& row : rows) messages.push_back(row);
    if (rows.size() < static_cast<std::size_t>(kPage)) break;
  }
  print_json({{"thread", *thread}, {"messages", std::move(messages)}});
  return {};
}

using Work = Result<void> (*)(Connection&, const ChangeOptions&, bool);

}  // namespace

void define_thread_changes(const Commands& commands, CLI::App& group) {
  const auto command = [&](const char* name, const char* description, const char* example, Work work) {
    auto defined = define_command<ChangeOptions>(commands, group, name, description, example, work);
    add_id(*defined.first, defined.second->id, "Id of the thread");
    return defined;
  };
  const auto [renaming, rename_options] =
      command("rename", "Give a thread a title", "platos threads rename thr_01J \"Refund of order 17\"", &rename);
  renaming->add_option("TITLE", rename_options->title, "The title")->required();
  const auto [tagging, tag_options] =
      command("tag", "Replace a thread's tags; none clears them", "platos threads tag thr_01J billing urgent", &tag);
  tagging->add_option("TAG", tag_options->tags, "Tags");
  command("pin", "Keep a thread at the top of lists", "platos threads pin thr_01J", &pin);
  command("unpin", "Let it go", "platos threads unpin thr_01J", &unpin);
  command("unarchive", "Bring an archived thread back", "platos threads unarchive thr_01J", &unarchive);
  const auto [forking, fork_options] =
      command("fork", "A new thread with the messages up to one", "platos threads fork thr_01J --at msg_01J", &fork);
  forking->add_option("--at", fork_options->message, "Id of the last message to take along")->required();
  forking->add_option("--title", fork_options->title, "Title of the fork");
  command("export", "Print a thread with all its messages as JSON", "platos threads export thr_01J > thread.json",
          &export_thread);
}

}  // namespace platos::cli
