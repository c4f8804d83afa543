// What governors say of a tool call: in turns, and of calls that people make.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "governance/chain.hpp"
#include "model/tool.hpp"

namespace platos::tools {

/// Of a call that would be made. Whoever asks keeps the findings.
struct JudgedCall {
  governance::Judgement said;         ///< its text: the arguments as the governors left them
  std::optional<Error> refusal = {};  ///< PermissionDenied: nobody can let it through
  bool asks_people() const { return !refusal && said.decision == ports::Decision::RequireApproval; }
};
JudgedCall judge_call(const governance::Chain& chain, const governance::Subject& subject, const model::Tool& tool,
                      std::string arguments_json);

/// Of what a tool answered.
struct JudgedResult {
  std::vector<governance::Finding> findings = {};
  std::string result_json = {};       ///< what the governors left of it; empty: all of it
  std::optional<Error> refusal = {};  ///< PermissionDenied "tool_output_denied": nobody may have it
};
/// `result_json`: the whole of it, since rules find nothing in what was cut, and people can ask for the rest.
JudgedResult judge_result(const governance::Chain& chain, const governance::Subject& subject,
                          const std::string& result_json);

}  // namespace platos::tools
