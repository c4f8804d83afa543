// platos runs ...
#include <cstdio>
#include <nlohmann/json.hpp>

#include "base/task_set.hpp"
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/terminal.hpp"
#include "cli/turn_stream.hpp"
#include "model/json.hpp"

namespace platos::cli {
namespace {

constexpr const char* kRuns = "/api/v1/runs";

struct RunOptions {
  std::string id;
  Page page;
  std::string status;
  std::string thread;
  std::int64_t after = 0;
  std::string call;
  std::string result;
  bool succeeded = false;
  bool failed = false;
};

std::string path_of(const std::string& id) { return std::string(kRuns) + "/" + encode_component(id); }

std::string error_of(const Json& run) {
  const auto error = run.find("error");
  if (error == run.end() || !error->is_object()) return {};
  return text_of(*error, "code") + ": " + text_of(*error, "message");
}

Result<void> list(Connection& connection, const RunOptions& options, bool json) {
  std::vector<std::string> filters;
  if (!options.status.empty()) filters.push_back("status=" + encode_component(options.status));
  if (!options.thread.empty()) filters.push_back("threadId=" + encode_component(options.thread));
  const auto page = connection.get(kRuns + query_of(options.page, filters));
  if (!page) return fail(page.error());
  const Json rows = page->value("runs", Json::array());
  if (json) {
    print_json(rows);
    return {};
  }
  Table table{{"ID", "KIND", "STATUS", "CREATED", "FINISHED", "ATTEMPT", "ERROR"}, {}};
  for (const auto& run : rows) {
    table.rows.push_back({text_of(run, "id"), text_of(run, "kind"), text_of(run, "status"), time_of(run, "createdAt"),
                          time_of(run, "finishedAt"), text_of(run, "attempt"), error_of(run)});
  }
  print_table(table);
  note_rest(rows.size(), *page);
  return {};
}

Result<void> show(Connection& connection, const RunOptions& options, bool json) {
  const auto run = connection.get(path_of(options.id));
  if (!run) return fail(run.error());
  if (json) {
    print_json(*run);
    return {};
  }
  print_fields({{"id", text_of(*run, "id")},
                {"kind", text_of(*run, "kind")},
                {"status", text_of(*run, "status")},
                {"error", error_of(*run)},
                {"agent", text_of(*run, "agentId")},
                {"version", text_of(*run, "versionId")},
                {"thread", text_of(*run, "threadId")},
                {"attempt", text_of(*run, "attempt")},
                {"request", text_of(*run, "requestId")},
                {"created", time_of(*run, "createdAt")},
                {"started", time_of(*run, "startedAt")},
                {"finished", time_of(*run, "finishedAt")},
                {"output", text_of(*run, "output")}});
  return {};
}

/// One line an event, or one JSON array that grows.
class EventPrinter final : public TurnListener {
 public:
  explicit EventPrinter(bool json) : json_(json), width_(find_terminal().width) {}

  void on_event(const Json& event) override {
    if (!event.contains("_seq")) return;  // a heartbeat
    const std::string line = json_ ? (count_ == 0 ? "[\n" : ",\n") + json_text(event, -1) : line_of(event);
    ++count_;
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fflush(stdout);
  }
  bool began() const { return count_ > 0; }
  void finish() const {
    if (json_) std::fputs(count_ == 0 ? "[]\n" : "\n]\n", stdout);
  }

 private:
  std::string line_of(const Json& event) const {
    Json rest = event;
    for (const char* member : {"_seq", "_run", "type"}) rest.erase(member);
    char head[64];
    std::snprintf(head, sizeof head, "%6s  %-18.40s", text_of(event, "_seq").c_str(),
                  safe_line(text_of(event, "type")).c_str());
    std::string line = head + (rest.empty() ? "" : safe_line(json_text(rest, -1)));
    if (width_ > 0) line = cut_to_columns(line, width_);
    return line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }

  bool json_;
  std::size_t width_;
  std::size_t count_ = 0;
};

Result<void> events(Connection& connection, const RunOptions& options, bool json) {
  EventPrinter printer(json);
  TurnStream stream(connection, printer);
  auto followed = base::run_to_end(connection.loop(), stream.follow(options.id, options.after));
  if (followed || printer.began()) printer.finish();
  return followed;
}

Result<void> cancel(Connection& connection, const RunOptions& options, bool json) {
  const auto answer = connection.call("POST", path_of(options.id) + "/cancel");
  if (!answer) return fail(answer.error());
  if (json) {
    print_json(*answer);
  } else {
    print_fields({{"id", text_of(*answer, "id")}, {"status", text_of(*answer, "status")}});
  }
  return {};
}

Result<void> settle(Connection& connection, const RunOptions& options, bool json) {
  Json body = {{"outcome", options.succeeded ? "succeeded" : "failed"}};
  if (!options.result.empty()) {
    auto result = model::parse_bounded(options.result, "--result");
    if (!result) return fail(result.error());
    body["result"] = std::move(*result);
  }
  const auto answer = connection.call(
      "POST", path_of(options.id) + "/tool-calls/" + encode_component(options.call) + "/settle", model::dump(body));
  if (!answer) return fail(answer.error());
  if (json) {
    print_json(*answer);
  } else {
    print_fields({{"run", text_of(*answer, "runId")},
                  {"call", text_of(*answer, "callId")},
                  {"tool", text_of(*answer, "toolName")},
                  {"status", text_of(*answer, "status")}});
  }
  return {};
}

using Work = Result<void> (*)(Connection&, const RunOptions&, bool);

}  // namespace

void define_runs(const Commands& commands) {
  auto* group = add_group(commands.app, "runs", "Runs: everything that takes time, such as a turn of a chat");
  const auto command = [&](const char* name, const char* description, const char* example, Work work) {
    return define_command<RunOptions>(commands, *group, name, description, example, work);
  };
  const auto [list_command, list_options] =
      command("list", "List runs, newest first", "platos runs list --status failed", &list);
  add_page(*list_command, list_options->page);
  list_command->add_option("--status", list_options->status, "Only runs in this state")
      ->check(CLI::IsMember({"queued", "running", "waiting", "completed", "failed", "canceled"}));
  list_command->add_option("--thread", list_options->thread, "Only runs of this thread");
  const auto [show_command, show_options] = command("show", "Show one run: its state, error and output",
                                                    "platos runs show run_01J00000000000000000000000", &show);
  add_id(*show_command, show_options->id, "Id of the run");
  const auto [events_command, events_options] =
      command("events", "Print the events of a run, one a line, until it ends. A lost connection is resumed",
              "platos runs events run_01J00000000000000000000000 --after 12", &events);
  add_id(*events_command, events_options->id, "Id of the run");
  events_command->add_option("--after", events_options->after, "Only events behind this number")
      ->check(is_whole_number);
  const auto [cancel_command, cancel_options] =
      command("cancel", "Cancel a run; it ends as soon as what it is doing can be stopped",
              "platos runs cancel run_01J00000000000000000000000", &cancel);
  add_id(*cancel_command, cancel_options->id, "Id of the run");
  const auto [settle_command, settle_options] =
      command("settle", "Say what became of a tool call whose outcome nobody knows",
              "platos runs settle run_01J00000000000000000000000 call_01J00000000000000000000000 --succeeded", &settle);
  add_id(*settle_command, settle_options->id, "Id of the run");
  settle_command->add_option("CALL", settle_options->call, "Id of the call")->required();
  auto* outcome = settle_command->add_option_group("outcome");
  outcome->add_flag("--succeeded", settle_options->succeeded, "It had its effect");
  outcome->add_flag("--failed", settle_options->failed, "It had none");
  outcome->require_option(1);
  settle_command->add_option("--result", settle_options->result, "JSON that the tool answered");
}

}  // namespace platos::cli
