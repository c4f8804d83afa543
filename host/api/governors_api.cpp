// What rules for tools would have said of the calls that there were.
#include <nlohmann/json.hpp>

#include "api/api.hpp"
#include "api/handlers.hpp"
#include "api/wire.hpp"
#include "base/text.hpp"
#include "base/time_text.hpp"

namespace platos::api {
namespace {

using namespace model;  // the rights
using ingress::Response;
using model::Json;

constexpr std::int64_t kGovernorDayUs = 24LL * 3600 * 1'000'000;
constexpr std::int64_t kUsualDays = 30;
constexpr std::int64_t kMaxExamples = 200;
// Expressions take memory: an environment's administrator is not the operator.
constexpr std::size_t kMaxTriedConfigBytes = 64 * 1024;

Result<std::optional<std::int64_t>> optional_time(const Json& body, const char* member) {
  const auto text = optional_text(body, member);
  if (!text) return fail(text.error());
  if (!*text) return std::optional<std::int64_t>();
  const auto time = base::parse_time(**text);
  if (time) return std::optional(*time);
  return fail(invalid_field(member, "a time such as \"2026-11-23T10:00:00Z\", or a day",
                            "\"" + base::printable(**text, 40) + "\""));
}

Result<governance::HistoryQuestion> read_question(const Json& body, const Principal& who, std::int64_t now_us) {
  const auto config = body.find("config");
  if (config == body.end() || !config->is_object())
    return fail(invalid_field("config", "the configuration of governor-rules, an object",
                              config == body.end() ? "nothing" : kind_of(*config)));
  const auto days = optional_integer(body, "sinceDays", 1, 365);
  const auto since = optional_time(body, "since");
  const auto until = optional_time(body, "until");
  const auto limit = optional_integer(body, "limit", 1, governance::History::kMaxCalls);
  const auto agent = optional_text(body, "agentId");
  const auto examples = optional_integer(body, "examples", 0, kMaxExamples);
  if (!days) return fail(days.error());
  if (!since) return fail(since.error());
  if (!until) return fail(until.error());
  if (!limit) return fail(limit.error());
  if (!agent) return fail(agent.error());
  if (!examples) return fail(examples.error());
  if (*days && *since) return fail(invalid_field("since", "one of since and sinceDays", "both"));
  governance::HistoryQuestion question;
  question.config_json = model::dump(*config);
  if (question.config_json.size() > kMaxTriedConfigBytes && !who.may(kOperator))
    return fail(invalid_field("config", "at most 65536 bytes", std::to_string(question.config_json.size())));
  question.since_us = since->value_or(now_us - days->value_or(kUsualDays) * kGovernorDayUs);
  question.until_us = until->value_or(now_us);
  question.agent_id = who.agent_id.empty() ? agent->value_or("") : who.agent_id;
  question.limit = limit->value_or(governance::History::kMaxCalls);
  question.examples = static_cast<std::size_t>(examples->value_or(20));
  if (question.since_us >= question.until_us)
    return fail(invalid_field("until", "a time behind since", base::format_iso8601(question.until_us)));
  return question;
}

const char* part_of(ports::Point point) { return point == ports::Point::AfterTool ? "result" : "call"; }
Json or_none(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json example_to_wire(const governance::PastCall& call) {
  return {{"callId", call.id},
          {"runId", or_none(call.run_id)},
          {"toolId", call.tool},
          {"agentId", or_none(call.agent_id)},
          {"userId", or_none(call.user_id)},
          {"status", call.status},
          {"errorCode", or_none(call.error_code)},
          {"createdAt", time_to_wire(call.created_us)},
          {"verdict", governance::decision_name(call.verdict.decision)},
          {"on", part_of(call.verdict.point)},
          {"rule", call.verdict.rule_id},
          {"reason", call.verdict.reason}};
}

Json report_to_wire(const governance::HistoryQuestion& asked, const governance::HistoryReport& report) {
  Json verdicts = Json::object();
  for (const auto each :
       {ports::Decision::Allow, ports::Decision::Redact, ports::Decision::RequireApproval, ports::Decision::Deny}) {
    const auto found = report.verdicts.find(each);
    verdicts[std::string(governance::decision_name(each))] = found == report.verdicts.end() ? 0 : found->second;
  }
  Json rules = Json::array();
  for (const auto& [key, calls] : report.rules) {
    const auto& [rule, decision, point] = key;
    rules.push_back(
        {{"rule", rule}, {"verdict", governance::decision_name(decision)}, {"on", part_of(point)}, {"calls", calls}});
  }
  Json examples = Json::array();
  for (const auto& call : report.examples) examples.push_back(example_to_wire(call));
  return {{"considered", report.considered},
          {"notAsked", report.not_asked},
          {"unjudged", report.unjudged},
          {"verdicts", std::move(verdicts)},
          {"wouldStop", report.would_stop},
          {"rules", std::move(rules)},
          {"examples", std::move(examples)},
          {"cut", or_none(report.cut)},
          {"since", time_to_wire(asked.since_us)},
          {"until", time_to_wire(asked.until_us)},
          {"oldest", time_to_wire(report.oldest_us)}};
}

struct GovernorHandlers {
  Services services;
  ApiOptions options;

  Task<Response> dry_run(Call call) const {
    const auto body = read_body(call.request, options.max_body_bytes);
    if (!body) co_return error_response(body.error(), call.request.request_id);
    const auto question = read_question(*body, call.who, call.loop().clock().wall_us());
    if (!question) co_return error_response(question.error(), call.request.request_id);
    const auto report = co_await services.history.judge(call.loop(), call.who.scope, *question);
    co_return answer_with(call, 200, report, [&question](const governance::HistoryReport& each) {
      return report_to_wire(*question, each);
    });
  }
};

}  // namespace

std::vector<Route> governor_routes(const Services& services, const ApiOptions& options) {
  const auto handlers = std::make_shared<const GovernorHandlers>(GovernorHandlers{services, options});
  return {
      {"POST", "/api/v1/agent/governors/dry-run", kAdmin,
       [handlers](Call call) { return handlers->dry_run(std::move(call)); },
       "What rules of governor-rules would have done to past calls of tools"},
  };
}

}  // namespace platos::api
