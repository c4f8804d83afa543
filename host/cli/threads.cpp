// platos threads ...
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/output.hpp"

namespace platos::cli {
namespace {

constexpr const char* kThreads = "/api/v1/agent/threads";

struct ThreadOptions {
  std::string id;
  Page page;
  std::string agent;
  bool archived = false;
  std::vector<std::string> words;
};

std::string path_of(const std::string& id) { return std::string(kThreads) + "/" + encode_component(id); }

void show_thread(const Json& thread, bool json) {
  if (json) return print_json(thread);
  print_fields({{"id", text_of(thread, "id")},
                {"title", text_of(thread, "title")},
                {"agent", text_of(thread, "agentId")},
                {"status", text_of(thread, "status")},
                {"turns", text_of(thread, "turnCount")},
                {"user", text_of(thread, "userId")},
                {"created", time_of(thread, "createdAt")},
                {"updated", time_of(thread, "updatedAt")},
                {"archived", time_of(thread, "archivedAt")}});
}

Result<std::vector<std::string>> filters_of(Connection& connection, const ThreadOptions& options) {
  std::vector<std::string> filters;
  if (!options.agent.empty()) {
    // Lists filter by id only; a person knows the slug.
    const auto agent = connection.get("/api/v1/agent/agents/" + encode_component(options.agent));
    if (!agent) return fail(agent.error());
    filters.push_back("agentId=" + encode_component(text_of(*agent, "id")));
  }
  if (options.archived) filters.emplace_back("archived=true");
  return filters;
}

Result<void> list(Connection& connection, const ThreadOptions& options, bool json) {
  const auto filters = filters_of(connection, options);
  if (!filters) return fail(filters.error());
  const auto page = connection.get(kThreads + query_of(options.page, *filters));
  if (!page) return fail(page.error());
  const Json rows = page->value("threads", Json::array());
  if (json) {
    print_json(rows);
    return {};
  }
  Table table{{"ID", "TITLE", "TURNS", "UPDATED", "STATUS", "AGENT"}, {}};
  for (const auto& thread : rows) {
    table.rows.push_back({text_of(thread, "id"), text_of(thread, "title"), text_of(thread, "turnCount"),
                          time_of(thread, "updatedAt"), text_of(thread, "status"), text_of(thread, "agentId")});
  }
  print_table(table);
  note_rest(rows.size(), *page);
  return {};
}

Result<void> messages(Connection& connection, const ThreadOptions& options, bool json) {
  const auto page = connection.get(path_of(options.id) + "/messages" + query_of(options.page));
  if (!page) return fail(page.error());
  const Json rows = page->value("messages", Json::array());
  if (json) {
    print_json(rows);
    return {};
  }
  Table table{{"CREATED", "ROLE", "STATUS", "CONTENT"}, {}};
  for (const auto& message : rows) {
    table.rows.push_back({time_of(message, "createdAt"), text_of(message, "role"), text_of(message, "status"),
                          text_of(message, "content")});
  }
  print_table(table);
  note_rest(rows.size(), *page);
  return {};
}

Result<void> search(Connection& connection, const ThreadOptions& options, bool json) {
  auto filters = filters_of(connection, options);
  if (!filters) return fail(filters.error());
  std::string words;
  for (const auto& word : options.words) words += (words.empty() ? "" : " ") + word;
  filters->push_back("q=" + encode_component(words));
  const auto page = connection.get(std::string(kThreads) + "/search" + query_of(options.page, *filters));
  if (!page) return fail(page.error());
  const Json rows = page->value("results", Json::array());
  if (json) {
    print_json(rows);
    return {};
  }
  Table table{{"THREAD", "TITLE", "CREATED", "ROLE", "FOUND"}, {}};
  for (const auto& row : rows) {
    table.rows.push_back({text_of(row, "threadId"), text_of(row, "threadTitle"), time_of(row, "createdAt"),
                          text_of(row, "role"), text_of(row, "snippet")});
  }
  print_table(table);
  note_rest(rows.size(), *page);
  return {};
}

Result<void> show_answer(const Result<Json>& thread, bool json) {
  if (!thread) return fail(thread.error());
  show_thread(*thread, json);
  return {};
}
Result<void> show(Connection& connection, const ThreadOptions& options, bool json) {
  return show_answer(connection.get(path_of(options.id)), json);
}
Result<void> archive(Connection& connection, const ThreadOptions& options, bool json) {
  return show_answer(connection.call("POST", path_of(options.id) + "/archive"), json);
}

using Work = Result<void> (*)(Connection&, const ThreadOptions&, bool);

}  // namespace

void define_threads(const Commands& commands) {
  auto* group = add_group(commands.app, "threads", "Threads: conversations with agents");
  const auto command = [&](const char* name, const char* description, const char* example, Work work) {
    return define_command<ThreadOptions>(commands, *group, name, description, example, work);
  };
  const auto [list_command, list_options] =
      command("list", "List threads, most recently used first", "platos threads list --agent hello", &list);
  add_page(*list_command, list_options->page);
  list_command->add_option("--agent", list_options->agent, "Only threads of this agent (id or slug)");
  list_command->add_flag("--archived", list_options->archived, "Archived threads too");
  const auto [search_command, search_options] =
      command("search", "Search the messages of your threads: all of the words, best first",
              "platos threads search quarterly report --limit 5", &search);
  search_command->add_option("words", search_options->words, "What to look for")->required()->type_name("WORDS");
  search_command->add_option("--limit", search_options->page.limit, "At most this many");
  search_command->add_option("--agent", search_options->agent, "Only threads of this agent (id or slug)");
  search_command->add_flag("--archived", search_options->archived, "In archived threads too");
  const auto [show_command, show_options] =
      command("show", "Show one thread", "platos threads show thr_01J00000000000000000000000", &show);
  add_id(*show_command, show_options->id, "Id of the thread");
  const auto [messages_command, messages_options] =
      command("messages", "List the messages of a thread, oldest first; whole texts with --json",
              "platos threads messages thr_01J00000000000000000000000 --json", &messages);
  add_id(*messages_command, messages_options->id, "Id of the thread");
  add_page(*messages_command, messages_options->page);
  const auto [archive_command, archive_options] =
      command("archive", "Archive a thread: it is kept, and takes no more turns",
              "platos threads archive thr_01J00000000000000000000000", &archive);
  add_id(*archive_command, archive_options->id, "Id of the thread");
  define_thread_changes(commands, *group);
}

}  // namespace platos::cli
