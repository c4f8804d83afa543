// platos governors ...
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "base/clock.hpp"
#include "base/text.hpp"
#include "base/time_text.hpp"
#include "cli/commands.hpp"
#include "cli/exit_codes.hpp"
#include "cli/output.hpp"
#include "model/json.hpp"

namespace platos::cli {
namespace {

constexpr const char* kDryRun = "/api/v1/agent/governors/dry-run";
constexpr std::streamsize kMaxConfigBytes = 4 * 1024 * 1024;

struct DryRunOptions {
  std::string config;
  std::string since = "30d";
  std::string until;
  std::string agent;
  std::string limit;
  std::string examples;
};

Error no_config(const std::string& path, const std::string& why) {
  return {ErrorKind::InvalidArgument, kUsageError, "--config " + path + ": " + why, false, 0, {}};
}

/// The configuration in a file: by itself, or as the member "config" of an instance.
Result<Json> config_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(no_config(path, "the file cannot be read"));
  std::string text;
  text.resize(static_cast<std::size_t>(kMaxConfigBytes) + 1);
  file.read(text.data(), kMaxConfigBytes + 1);
  if (file.gcount() > kMaxConfigBytes) return fail(no_config(path, "expected at most 4 MiB"));
  text.resize(static_cast<std::size_t>(file.gcount()));
  auto parsed = model::parse_bounded(text, path, {static_cast<std::size_t>(kMaxConfigBytes), 64, 500'000});
  if (!parsed) return fail(parsed.error());
  if (!parsed->is_object()) return fail(no_config(path, "expected a JSON object, found " + model::kind_of(*parsed)));
  if (parsed->contains("instance") && parsed->contains("config")) return Json((*parsed)["config"]);
  return std::move(*parsed);
}

/// "7d", "12h" and "30m" are so long ago; a time or a day is itself.
Result<std::string> time_before(const std::string& text, const char* option) {
  if (base::parse_time(text)) return text;
  std::uint64_t count = 0;
  const std::string_view digits = std::string_view(text).substr(0, text.empty() ? 0 : text.size() - 1);
  const char unit = text.empty() ? ' ' : text.back();
  const std::int64_t seconds = unit == 'd' ? 86'400 : unit == 'h' ? 3600 : unit == 'm' ? 60 : 0;
  constexpr std::uint64_t kMostUnits = 1'000'000;
  if (seconds == 0 || !base::parse_uint64(digits, count) || count > kMostUnits) {
    return fail(ErrorKind::InvalidArgument, kUsageError,
                std::string(option) + " " + base::printable(text, 40) +
                    ": expected such as 7d, 12h, 30m, 2026-11-23 or 2026-11-23T10:00:00Z");
  }
  const std::int64_t now_us = base::SystemClock().wall_us();
  return base::format_iso8601(now_us - static_cast<std::int64_t>(count) * seconds * 1'000'000);
}

void print_report(const Json& report) {
  const Json verdicts = report.value("verdicts", Json::object());
  Fields fields = {{"calls", text_of(report, "considered")}};
  for (const char* verdict : {"allow", "redact", "require_approval", "deny"})
    fields.emplace_back(verdict, text_of(verdicts, verdict));
  fields.emplace_back("would stop", text_of(report, "wouldStop"));
  fields.emplace_back("not asked", text_of(report, "notAsked"));
  fields.emplace_back("unjudged", text_of(report, "unjudged"));
  if (const std::string cut = text_of(report, "cut"); !cut.empty())
    fields.emplace_back(
        "cut", cut == "time" ? "it took too long: older calls than " + text_of(report, "oldest") + " were not looked at"
                             : "older calls than " + text_of(report, "oldest") + " were not looked at");
  print_fields(fields);
  Table rules{{"RULE", "VERDICT", "ON", "CALLS"}, {}};
  for (const auto& rule : report.value("rules", Json::array()))
    rules.rows.push_back(
        {text_of(rule, "rule"), text_of(rule, "verdict"), text_of(rule, "on"), text_of(rule, "calls")});
  if (!rules.rows.empty()) print_table(rules);
  Table examples{{"WHEN", "TOOL", "USER", "STATUS", "VERDICT", "RULE", "CALL"}, {}};
  for (const auto& call : report.value("examples", Json::array())) {
    examples.rows.push_back({time_of(call, "createdAt"), text_of(call, "toolId"), text_of(call, "userId"),
                             text_of(call, "status"), text_of(call, "verdict"), text_of(call, "rule"),
                             text_of(call, "callId")});
  }
  if (!examples.rows.empty()) print_table(examples);
}

Result<void> dry_run(Connection& connection, const DryRunOptions& options, bool json) {
  auto config = config_of(options.config);
  if (!config) return fail(config.error());
  const auto since = time_before(options.since, "--since");
  if (!since) return fail(since.error());
  Json body = {{"config", std::move(*config)}, {"since", *since}};
  if (!options.until.empty()) {
    const auto until = time_before(options.until, "--until");
    if (!until) return fail(until.error());
    body["until"] = *until;
  }
  if (!options.agent.empty()) body["agentId"] = options.agent;
  if (!options.limit.empty()) body["limit"] = std::stoll(options.limit);
  if (!options.examples.empty()) body["examples"] = std::stoll(options.examples);
  const auto report = connection.call("POST", kDryRun, model::dump(body));
  if (!report) return fail(report.error());
  if (json) {
    print_json(*report);
  } else {
    print_report(*report);
  }
  return {};
}

}  // namespace

void define_governors(const Commands& commands) {
  auto* group = add_group(commands.app, "governors", "Rules for tools: what they would have done");
  const auto [tried, options] = define_command<DryRunOptions>(
      commands, *group, "dry-run",
      "Ask rules of governor-rules about past calls of tools. Nothing is called and nothing changes",
      "platos governors dry-run --config rules.json --since 7d", &dry_run);
  tried->add_option("--config", options->config, "File with the configuration, or with the instance that holds it")
      ->required();
  tried->add_option("--since", options->since, "Begin so long ago, such as 7d, 12h, 30m, or at a time (default: 30d)");
  tried->add_option("--until", options->until, "End so long ago, or at a time");
  tried->add_option("--agent", options->agent, "Only calls of the agent with this id");
  tried->add_option("--limit", options->limit, "Look at so many calls at most (default: 10000)")
      ->check(CLI::Range(1, 10'000));
  tried->add_option("--examples", options->examples, "Show so many calls at most (default: 20)")
      ->check(CLI::Range(0, 200));
}

}  // namespace platos::cli
