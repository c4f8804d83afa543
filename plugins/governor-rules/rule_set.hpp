// The operator's rules, and what they say about one call of a tool.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "condition.hpp"
#include "glob.hpp"
#include "time_window.hpp"

namespace platos::governor_rules {

enum class Decision : std::uint8_t { Unspecified, Allow, Redact, RequireApproval, Deny };
std::string_view to_text(Decision decision) noexcept;

/// What a rule is about.
enum class Part : std::uint8_t { Call, Result };

/// What is put in the place of values in the arguments or the result.
struct Redaction {
  Path at{""};
  std::string with_json;
};

/// Holds for a call when all of its parts do; a part that is not set holds for every call.
struct Rule {
  std::string id;
  std::string reason;
  Decision decision = Decision::Unspecified;
  Part part = Part::Call;
  NameList tools;
  NameList agents;
  NameList users;
  std::vector<std::string> effects;
  std::vector<Condition> conditions;
  std::vector<TimeWindow> times;          ///< one of them
  std::vector<TimeWindow> outside_times;  ///< none of them
  std::vector<Redaction> redactions;      ///< of Redact
  std::string approval_json;              ///< of RequireApproval; may be empty
};

/// A call as the rules see it. Names are borrowed.
struct Subject {
  Part part = Part::Call;
  std::string_view tool;
  std::string_view agent;
  std::string_view user;
  std::string_view effect = "once";
  WallTime time;
};

struct Answer {
  Decision decision = Decision::Unspecified;
  const Rule* rule = nullptr;  ///< null: no rule held, and the default decided
};

/// Immutable. The answer depends on nothing but the arguments of evaluate(), so calls of last month can be asked about.
struct RuleSet {
  std::vector<Rule> rules;
  Decision otherwise = Decision::Allow;  ///< for calls that no rule holds for; results are allowed
  bool enforced = true;                  ///< false: what would be decided is told, and everything is allowed

  bool looks_at(Part part) const noexcept;
  /// The first rule that holds decides.
  Answer evaluate(const Subject& subject, const Document& document) const;
};

/// The text of `document` with the rule's redactions in it; nothing when there is nothing to redact.
std::optional<std::string> redacted(const Rule& rule, const Document& document);

}  // namespace platos::governor_rules
