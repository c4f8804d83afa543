#include "model/approval.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/text.hpp"

namespace platos::model {
namespace {

constexpr std::array<std::pair<ApprovalState, std::string_view>, 5> kApprovalStates{
    {{ApprovalState::Pending, "pending"},
     {ApprovalState::Approved, "approved"},
     {ApprovalState::Rejected, "rejected"},
     {ApprovalState::TimedOut, "timed_out"},
     {ApprovalState::Cancelled, "cancelled"}}};

// "user" is not here: it is somebody, not a right.
constexpr std::array<std::pair<std::string_view, Rights>, 4> kRoles{
    {{"member", kWrite}, {"admin", kAdmin}, {"owner", kOwner}, {"operator", kOperator}}};

constexpr std::int64_t kMostVotes = 100;
constexpr std::int64_t kLongestWaitS = 30 * 86'400;

bool is_role(const std::string& name) {
  return name == "user" ||
         std::any_of(kRoles.begin(), kRoles.end(), [&](const auto& role) { return role.first == name; });
}

Result<std::vector<std::string>> read_roles(const Json& list) {
  std::vector<std::string> roles;
  if (!list.is_array()) return fail(invalid_field("roles", "a list of roles", kind_of(list)));
  for (const auto& each : list) {
    const std::string name = each.is_string() ? each.get<std::string>() : kind_of(each);
    if (!is_role(name)) return fail(invalid_field("roles", "user, member, admin, owner or operator", name));
    roles.push_back(name);
  }
  return roles;
}

}  // namespace

std::string_view to_text(ApprovalState state) {
  const auto found = std::find_if(kApprovalStates.begin(), kApprovalStates.end(),
                                  [state](const auto& each) { return each.first == state; });
  return found == kApprovalStates.end() ? std::string_view("unspecified") : found->second;
}

ApprovalState approval_state_from_text(std::string_view text) {
  if (text == "denied") return ApprovalState::Rejected;
  if (text == "expired") return ApprovalState::TimedOut;
  const auto found = std::find_if(kApprovalStates.begin(), kApprovalStates.end(),
                                  [text](const auto& each) { return each.second == text; });
  return found == kApprovalStates.end() ? ApprovalState::Unspecified : found->first;
}

Result<ApprovalPolicy> approval_policy_from_json(const Json& json, const ApprovalPolicy& defaults) {
  ApprovalPolicy policy = defaults;
  if (!json.is_object()) return fail(invalid_field("approval", "an object", kind_of(json)));
  const auto needed = optional_integer(json, "needed", 1, kMostVotes);
  if (!needed) return fail(needed.error());
  policy.needed = needed->value_or(defaults.needed);
  const auto expires_ms = optional_integer(json, "expires_ms", 1, kLongestWaitS * 1000);
  if (!expires_ms) return fail(expires_ms.error());
  if (*expires_ms) policy.timeout_s = (**expires_ms + 999) / 1000;
  if (const auto roles = json.find("roles"); roles != json.end()) {
    auto names = read_roles(*roles);
    if (!names) return fail(names.error());
    policy.roles = std::move(*names);
  }
  return policy;
}

Result<ApprovalPolicy> both_of(const ApprovalPolicy& one, const ApprovalPolicy& other) {
  ApprovalPolicy both;
  both.needed = std::max(one.needed, other.needed);
  both.timeout_s = std::min(one.timeout_s, other.timeout_s);
  both.roles = one.roles.empty() ? other.roles : one.roles;
  if (one.roles.empty() || other.roles.empty()) return both;
  std::erase_if(both.roles, [&](const std::string& role) {
    return std::find(other.roles.begin(), other.roles.end(), role) == other.roles.end();
  });
  if (!both.roles.empty()) return both;
  return fail(ErrorKind::FailedPrecondition, "approval_conflict",
              "two rules require approvals of different roles; nobody can give both");
}

bool covers(const ApprovalPolicy& given, const ApprovalPolicy& wanted) {
  if (given.needed < wanted.needed) return false;
  if (wanted.roles.empty()) return true;
  return !given.roles.empty() && std::all_of(given.roles.begin(), given.roles.end(), [&](const std::string& role) {
    return std::find(wanted.roles.begin(), wanted.roles.end(), role) != wanted.roles.end();
  });
}

bool may_decide(const ApprovalPolicy& policy, const Principal& who, const std::string& requested_by) {
  const bool is_staff = who.may(kWrite | kAdmin | kOwner | kOperator);
  if (policy.roles.empty()) return is_staff || who.user_id == requested_by;
  return std::any_of(policy.roles.begin(), policy.roles.end(), [&](const std::string& name) {
    if (name == "user") return who.user_id == requested_by;
    return std::any_of(kRoles.begin(), kRoles.end(),
                       [&](const auto& role) { return role.first == name && who.may(role.second); });
  });
}

std::string approval_hash(std::string_view tool, std::string_view arguments_json) {
  return base::sha256_hex(std::string(tool) + "\n" + std::string(arguments_json));
}

}  // namespace platos::model
