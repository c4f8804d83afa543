#include "tools/call_judgement.hpp"

#include <nlohmann/json.hpp>

#include "model/json.hpp"
#include "tools/call_preparation.hpp"

namespace platos::tools {
namespace {

// What governors read of a result: their time is the loop's.
constexpr std::size_t kMostJudgedBytes = 1024 * 1024;

Error denied(std::string code, std::string message) {
  return {ErrorKind::PermissionDenied, std::move(code), std::move(message), false, 0, {}};
}

JudgedResult withheld(JudgedResult judged, const std::string& why) {
  judged.refusal = denied("tool_output_denied", "The tool has run; its result " + why);
  return judged;
}

}  // namespace

JudgedCall judge_call(const governance::Chain& chain, const governance::Subject& subject, const model::Tool& tool,
                      std::string arguments_json) {
  JudgedCall judged{chain.check(subject, ports::Point::BeforeTool, std::move(arguments_json))};
  const auto& said = judged.said;
  if (said.decision == ports::Decision::Deny) {
    const Error why = governance::refusal(said.decision, said.rule_id, said.findings);
    judged.refusal = denied(why.code, "Tool call blocked by safety policy: " + said.rule_id);
  } else if (said.redacted) {
    const auto misfit = check_arguments({subject.call_id, "", tool.model_name, said.text}, tool);
    if (misfit) judged.refusal = denied("safety_blocked", model::Json::parse(misfit->result_json).get<std::string>());
  }
  return judged;
}

JudgedResult judge_result(const governance::Chain& chain, const governance::Subject& subject,
                          const std::string& result_json) {
  JudgedResult judged;
  if (!chain.wants(ports::Point::AfterTool)) return judged;
  if (result_json.size() > kMostJudgedBytes) {
    return withheld(std::move(judged), "is withheld: it has " + std::to_string(result_json.size()) +
                                           " bytes, and safety policies read at most " +
                                           std::to_string(kMostJudgedBytes) + ". Ask for less at once.");
  }
  auto said = chain.check(subject, ports::Point::AfterTool, result_json);
  judged.findings = std::move(said.findings);
  if (said.refused()) return withheld(std::move(judged), "is withheld by a safety policy: " + said.rule_id);
  if (!said.redacted) return judged;
  if (!model::parse_bounded(said.text, "the result", {kMostJudgedBytes * 2, 64, 1'000'000}))
    return withheld(std::move(judged), "could not be redacted and is withheld.");
  judged.result_json = std::move(said.text);
  return judged;
}

}  // namespace platos::tools
