// The context of a session: what the backend that opened a turn says of its user, and where its values go.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/json.hpp"

namespace platos::model {

struct AgentConfig;

/// Beside a call's arguments: what the host says of the session. No schema knows it, no model writes it.
inline constexpr std::string_view kCallEnvelope = "_context";

/// An agent's `contextMapping`. A value; empty members change nothing.
struct ContextMapping {
  std::vector<std::string> prompt_vars;  ///< names that {{ }} may use; empty: all
  /// By tool, or "_global"; then by argument: a context key, "LLM", or "CONSTANT:<JSON or text>".
  std::map<std::string, std::map<std::string, std::string>> arguments;
  std::map<std::string, bool> auto_match;  ///< by tool; absent: yes
  std::vector<std::string> envelope_keys;  ///< copied into `_context` of each call
  std::string entity_ids_key = "entity_ids";
  std::vector<std::string> declared_keys;                               ///< that arguments may be matched with by name
  std::map<std::string, std::map<std::string, std::string>> constants;  ///< by tool and argument: JSON texts

  bool empty() const { return *this == ContextMapping(); }
  bool operator==(const ContextMapping&) const = default;
};

/// Of an agent's configuration.
Result<ContextMapping> context_mapping_of(const AgentConfig& config);
/// InvalidArgument "invalid_field" names the member. Null and {} are the empty mapping.
Result<ContextMapping> context_mapping_from_json(const Json& json);

/// Of what a caller gives as a turn's context: an object, at most 32 KiB, at most 256 keys; keys that begin with "__"
/// are the host's own. InvalidArgument "invalid_field".
Result<std::string> check_session_context(const Json& context, std::string_view member);

/// The context over what is known of its user: `user` has those members, too, of which the context itself says nothing.
/// Where its "user" is something else, they are flat keys: "user.id".
Json over_user(Json context, const Json& user);

/// A value of the context: the key that is exactly so called, else step by step along the dots; numbers index arrays.
/// Null when there is none.
const Json* context_value(const Json& context, std::string_view name);

/// What becomes of a name that leads nowhere.
enum class Unresolved { Keep, Empty };

/// Replaces {{name}} and ${name}; {{name | default: text}} gives the text when there is no value. Texts go in as they
/// are, anything else as JSON. Names outside of `allowed` (when it is not empty; a name allows what is below it, too)
/// stay as they are. One pass: what was put in is not looked at again.
std::string fill_placeholders(std::string_view text, const Json& context, const std::vector<std::string>& allowed,
                              Unresolved unresolved = Unresolved::Keep);

/// Whether an argument's name means a context key: letter case and separators do not count, the last part of a dotted
/// key is enough, and userid, uid, user are one, as are tenantid, tid, tenant; organizationid, orgid, org; accountid,
/// aid, account.
bool names_match(std::string_view argument, std::string_view key);

}  // namespace platos::model
