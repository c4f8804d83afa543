// Session tokens: JSON Web Tokens with HS256, signed by a customer's backend for one of its users.
//
// Source of the rules: the published wire format. Three parts, base64url without padding; `exp` is required; `alg` is
// HS256 and nothing else. The older form of two parts, payload and signature over it, is read and never made.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/json.hpp"

namespace platos::tenancy {

/// The issuer whose tokens the installation's own key signs.
inline constexpr std::string_view kPlatformIssuer = "platos-platform";
inline constexpr std::size_t kMaxTokenBytes = 8 * 1024;
inline constexpr std::size_t kMinSecretBytes = 16;

struct SessionClaims {
  std::string organization_id;
  std::string project_id;
  std::string environment_id;
  std::string user_id;
  std::string entity_id;  ///< whose secret signed; empty for the platform's own
  std::string issuer;
  std::string agent_id;  ///< not empty: good for this agent only
  std::string user_token;
  std::vector<std::string> permissions;
  std::string profile_json;  ///< of `userMeta`; empty: none
  bool guest = false;
  std::int64_t expires_s = 0;
};

/// A token that was taken apart and not believed yet.
struct UnverifiedToken {
  SessionClaims claims;
  std::string_view signed_part;  ///< borrowed from the token
  std::string_view signature;
};

/// Unauthenticated "invalid_session_token" says what is wrong: form, algorithm, a claim that is missing.
Result<UnverifiedToken> read_session_token(std::string_view token);

/// True when `secret` made the signature. Takes the same time wherever they differ.
bool is_signed_by(const UnverifiedToken& token, std::string_view secret);

/// Three parts. `claims` in their order, then iat and exp.
std::string make_session_token(const model::OrderedJson& claims, std::string_view secret, std::int64_t issued_s,
                               std::int64_t expires_s);

}  // namespace platos::tenancy
