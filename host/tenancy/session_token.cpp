#include "tenancy/session_token.hpp"

#include <nlohmann/json.hpp>

#include "base/text.hpp"
#include "secrets/cipher.hpp"

namespace platos::tenancy {
namespace {

using model::Json;

tl::unexpected<Error> invalid(const std::string& why) {
  return fail(ErrorKind::Unauthenticated, "invalid_session_token", "the session token is not valid: " + why);
}

Result<Json> read_part(std::string_view part, const char* name) {
  const auto text = base::from_base64url(part);
  if (!text) return invalid(std::string("its ") + name + " is not base64url");
  auto json = model::parse_bounded(*text, name);
  if (!json || !json->is_object()) return invalid(std::string("its ") + name + " is not a JSON object");
  return json;
}

Result<void> check_header(std::string_view part) {
  const auto header = read_part(part, "header");
  if (!header) return fail(header.error());
  const auto alg = header->find("alg");
  if (alg == header->end() || *alg != "HS256") return invalid("its algorithm is not HS256");
  if (header->contains("crit")) return invalid("its header asks for extensions that are not known here");
  return {};
}

/// Empty when it is absent; an error when it is there and no text.
Result<std::string> text_claim(const Json& payload, const char* name, bool required) {
  const auto found = payload.find(name);
  if (found == payload.end() || found->is_null()) {
    if (required) return invalid(std::string("the claim ") + name + " is missing");
    return std::string();
  }
  if (!found->is_string()) return invalid(std::string("the claim ") + name + " is not a text");
  auto text = found->get<std::string>();
  if (required && text.empty()) return invalid(std::string("the claim ") + name + " is empty");
  return text;
}

Result<void> read_texts(const Json& payload, SessionClaims& claims) {
  const bool platform = claims.issuer == kPlatformIssuer;
  struct Claim {
    const char* name;
    std::string SessionClaims::*member;
    bool required;
  };
  const Claim wanted[] = {
      {"organizationId", &SessionClaims::organization_id, true}, {"projectId", &SessionClaims::project_id, true},
      {"environmentId", &SessionClaims::environment_id, true},   {"userId", &SessionClaims::user_id, true},
      {"entityId", &SessionClaims::entity_id, !platform},        {"agentId", &SessionClaims::agent_id, false},
      {"userToken", &SessionClaims::user_token, false}};
  for (const auto& claim : wanted) {
    auto text = text_claim(payload, claim.name, claim.required);
    if (!text) return fail(text.error());
    claims.*claim.member = std::move(*text);
  }
  return {};
}

Result<SessionClaims> read_claims(const Json& payload) {
  SessionClaims claims;
  auto issuer = text_claim(payload, "iss", false);
  if (!issuer) return fail(issuer.error());
  claims.issuer = std::move(*issuer);
  if (auto read = read_texts(payload, claims); !read) return fail(read.error());
  const auto exp = payload.find("exp");
  if (exp == payload.end() || !exp->is_number()) return invalid("the claim exp is missing or no number");
  // Later than any clock of ours can tell is never.
  claims.expires_s = static_cast<std::int64_t>(std::clamp(exp->get<double>(), 0.0, 9e12));
  const auto guest = payload.find("isGuest");
  claims.guest = guest != payload.end() && guest->is_boolean() && guest->get<bool>();
  if (claims.guest && claims.agent_id.empty()) return invalid("a guest's token names no agentId");
  if (const auto found = payload.find("permissions"); found != payload.end() && found->is_array()) {
    for (const auto& each : *found) {
      if (each.is_string()) claims.permissions.push_back(each.get<std::string>());
    }
  }
  if (const auto meta = payload.find("userMeta"); meta != payload.end() && meta->is_object()) {
    claims.profile_json = model::dump(*meta);
  }
  return claims;
}

std::string signature_of(std::string_view signed_part, std::string_view secret) {
  return base::to_base64url(secrets::keyed_hash(secret, signed_part));
}

}  // namespace

Result<UnverifiedToken> read_session_token(std::string_view token) {
  if (token.size() > kMaxTokenBytes) return invalid("it is longer than " + std::to_string(kMaxTokenBytes) + " bytes");
  const auto parts = base::split(token, '.');
  if (parts.size() != 2 && parts.size() != 3) return invalid("it has " + std::to_string(parts.size()) + " parts");
  if (parts.size() == 3) {
    if (const auto good = check_header(parts.front()); !good) return fail(good.error());
  }
  const auto payload = read_part(parts[parts.size() - 2], "payload");
  if (!payload) return fail(payload.error());
  auto claims = read_claims(*payload);
  if (!claims) return fail(claims.error());
  return UnverifiedToken{std::move(*claims), token.substr(0, token.rfind('.')), parts.back()};
}

bool is_signed_by(const UnverifiedToken& token, std::string_view secret) {
  if (secret.size() < kMinSecretBytes) return false;
  return base::equals_in_constant_time(token.signature, signature_of(token.signed_part, secret));
}

std::string make_session_token(const model::OrderedJson& claims, std::string_view secret, std::int64_t issued_s,
                               std::int64_t expires_s) {
  model::OrderedJson payload = claims;
  payload["iat"] = issued_s;
  payload["exp"] = expires_s;
  const std::string signed_part =
      base::to_base64url(R"({"alg":"HS256","typ":"JWT"})") + "." + base::to_base64url(payload.dump());
  return signed_part + "." + signature_of(signed_part, secret);
}

}  // namespace platos::tenancy
