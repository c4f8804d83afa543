// platos approvals ...
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/output.hpp"

namespace platos::cli {
namespace {

constexpr const char* kApprovals = "/api/v1/agent/monitoring/approvals";

struct ApprovalOptions {
  std::string id;
  Page page;
  std::string status;
  std::string agent;
  std::string comment;
  std::string arguments;
  std::string hash;
};

std::string path_of_approval(const std::string& id) { return std::string(kApprovals) + "/" + encode_component(id); }

std::string given_of(const Json& approval) {
  return text_of(approval, "approvalsGiven") + " of " + text_of(approval, "approvalsNeeded");
}

Result<void> list_approvals(Connection& connection, const ApprovalOptions& options, bool json) {
  std::vector<std::string> filters;
  if (!options.status.empty()) filters.push_back("status=" + encode_component(options.status));
  if (!options.agent.empty()) filters.push_back("agentId=" + encode_component(options.agent));
  const auto page = connection.get(kApprovals + query_of(options.page, filters));
  if (!page) return fail(page.error());
  const Json rows = page->value("approvals", Json::array());
  if (json) {
    print_json(rows);
    return {};
  }
  Table table{{"ID", "STATUS", "ACTION", "GIVEN", "ASKED BY", "CREATED", "UNTIL"}, {}};
  for (const auto& row : rows) {
    table.rows.push_back({text_of(row, "id"), text_of(row, "status"), text_of(row, "action"), given_of(row),
                          text_of(row, "requestedBy"), time_of(row, "createdAt"), time_of(row, "timeoutAt")});
  }
  print_table(table);
  note_rest(rows.size(), *page);
  return {};
}

void print_approval(const Json& approval) {
  const auto edited = approval.find("editedArgs");
  const bool is_edited = edited != approval.end() && !edited->is_null();
  print_fields({{"id", text_of(approval, "id")},
                {"status", text_of(approval, "status")},
                {"action", text_of(approval, "action")},
                {"details", text_of(approval, "details")},
                {"tool", text_of(approval, "toolName")},
                {"arguments", json_text(is_edited ? *edited : approval.value("args", Json()), -1)},
                {"asked for", is_edited ? json_text(approval.value("args", Json()), -1) : ""},
                {"edited by", text_of(approval, "editedByUserId")},
                {"hash", text_of(approval, "requestHash")},
                {"given", given_of(approval)},
                {"asked by", text_of(approval, "requestedBy")},
                {"agent", text_of(approval, "agentId")},
                {"run", text_of(approval, "runId")},
                {"created", time_of(approval, "createdAt")},
                {"until", time_of(approval, "timeoutAt")},
                {"decided", time_of(approval, "resolvedAt")},
                {"decided by", text_of(approval, "respondedBy")},
                {"comment", text_of(approval, "comment")}});
}

Result<void> show_approval(Connection& connection, const ApprovalOptions& options, bool json) {
  const auto approval = connection.get(path_of_approval(options.id));
  if (!approval) return fail(approval.error());
  if (json) {
    print_json(*approval);
  } else {
    print_approval(*approval);
  }
  return {};
}

Result<void> decide(Connection& connection, const ApprovalOptions& options, bool json, bool approved) {
  Json body = {{"approved", approved}};
  if (!options.comment.empty()) body["comment"] = options.comment;
  if (!options.hash.empty()) body["requestHash"] = options.hash;
  if (!options.arguments.empty()) {
    auto arguments = Json::parse(options.arguments, nullptr, false);
    if (arguments.is_discarded() || !arguments.is_object()) {
      return fail(ErrorKind::InvalidArgument, "invalid_arguments",
                  "--arguments must be one JSON object, such as '{\"amount\": 5}'");
    }
    body["editedArgs"] = std::move(arguments);
  }
  const auto approval = connection.call("POST", path_of_approval(options.id) + "/resolve", body.dump());
  if (!approval) return fail(approval.error());
  if (json) {
    print_json(*approval);
  } else {
    print_approval(*approval);
  }
  return {};
}

Result<void> approve(Connection& connection, const ApprovalOptions& options, bool json) {
  return decide(connection, options, json, true);
}

Result<void> deny(Connection& connection, const ApprovalOptions& options, bool json) {
  return decide(connection, options, json, false);
}

using ApprovalWork = Result<void> (*)(Connection&, const ApprovalOptions&, bool);

}  // namespace

void define_approvals(const Commands& commands) {
  auto* group = add_group(commands.app, "approvals", "Approvals: what agents may not do before a person has said yes");
  const auto command = [&](const char* name, const char* description, const char* example, ApprovalWork work) {
    return define_command<ApprovalOptions>(commands, *group, name, description, example, work);
  };
  const auto deciding = [&](const char* name, const char* description, const char* example, ApprovalWork work) {
    const auto [added, options] = command(name, description, example, work);
    add_id(*added, options->id, "Id of the approval");
    added->add_option("--comment", options->comment, "Why; the agent reads it");
    added->add_option("--hash", options->hash,
                      "Hash of what you saw: refused when it has changed since; an edited approval needs it");
    return std::make_pair(added, options);
  };
  const auto [list_command, list_options] =
      command("list", "List approvals, newest first", "platos approvals list --status pending", &list_approvals);
  add_page(*list_command, list_options->page);
  list_command->add_option("--status", list_options->status, "Only those in this state")
      ->check(CLI::IsMember({"pending", "approved", "rejected", "timed_out", "cancelled"}));
  list_command->add_option("--agent", list_options->agent, "Only those of this agent");
  const auto [show_command, show_options] =
      command("show", "Show one approval: what would run, who asks, and until when",
              "platos approvals show apr_01J00000000000000000000000", &show_approval);
  add_id(*show_command, show_options->id, "Id of the approval");
  deciding("approve", "Say yes: exactly what is shown will run",
           "platos approvals approve apr_01J00000000000000000000000 --comment \"once\"", &approve);
  deciding("deny", "Say no; it ends the approval", "platos approvals deny apr_01J00000000000000000000000", &deny);
  const auto [edit_command, edit_options] =
      deciding("edit", "Say yes to other arguments; the tool's schema must accept them",
               "platos approvals edit apr_01J00000000000000000000000 --arguments '{\"amount\": 5}'", &approve);
  edit_command->add_option("--arguments", edit_options->arguments, "A JSON object in place of what was asked for")
      ->required();
}

}  // namespace platos::cli
