#include "api/admission.hpp"

#include "base/network.hpp"
#include "base/text.hpp"

namespace platos::api {
namespace {

using governance::RateAxis;
using governance::RateSubject;

/// Browsers leave Origin out of some requests, and say in Referer where a page stands.
std::string page_origin(const ingress::Request& request) {
  const std::string_view origin = request.header("origin");
  if (!origin.empty()) return std::string(origin);
  const std::string_view referer = request.header("referer");
  const auto host = referer.find("://");
  return std::string(host == std::string_view::npos ? referer : referer.substr(0, referer.find('/', host + 3)));
}

std::vector<RateSubject> by_address(const ingress::Request& request) {
  std::string name = counted_address(request);
  if (name.empty()) return {};
  return {{RateAxis::Ip, std::move(name)}};
}

// Session tokens of one entity are told apart by what they are; keys and tokens have names.
std::string token_name(const ingress::Request& request, const model::Principal& who) {
  const std::string place = who.scope.environment_id + '/';
  if (!who.actor.starts_with("session:")) return place + who.actor;
  const auto token = request.header("x-platos-session-token");
  return place + base::sha256_hex(token.empty() ? request.header("authorization") : token);
}

std::vector<RateSubject> by_caller(const ingress::Request& request, const model::Principal& who) {
  const std::string& environment = who.scope.environment_id;
  std::vector<RateSubject> subjects = {{RateAxis::Token, token_name(request, who)}};
  // A server of the customer that names nobody is not one user.
  if (!who.user_id.empty()) subjects.push_back({RateAxis::User, environment + '/' + who.user_id});
  subjects.push_back({RateAxis::Environment, environment});
  return subjects;
}

}  // namespace

Task<Result<Admitted>> Admission::admit(const ingress::Request& request, model::Rights any_of) const {
  const auto address = by_address(request);
  auto allowance = limits_.take(address);
  if (!allowance) co_return fail(allowance.error());
  auto who = co_await authenticate(request);
  // A request without credentials that hold counts for its address.
  if (!who) co_return fail(who.error());
  if (who->may(model::kOperator)) {
    limits_.give_back(address);
    co_return Admitted{std::move(*who), {}};
  }
  const auto taken = limits_.take(by_caller(request, *who));
  if (!taken) {
    limits_.give_back(address);
    co_return fail(taken.error());
  }
  if (!who->may(any_of))
    co_return fail(ErrorKind::PermissionDenied, "forbidden", "what these credentials may do does not include this");
  const bool caller_has_less = allowance->limit == 0 || (taken->limit > 0 && taken->remaining < allowance->remaining);
  Admitted admitted{std::move(*who), *allowance};
  if (caller_has_less) admitted.allowance = *taken;
  co_return admitted;
}

Result<void> Admission::admit_address(const ingress::Request& request) const {
  const auto allowance = limits_.take(by_address(request));
  if (!allowance) return fail(allowance.error());
  return {};
}

Task<Result<model::Principal>> Admission::authenticate(const ingress::Request& request) const {
  tenancy::Credentials credentials;
  credentials.authorization = request.header("authorization");
  credentials.organization_id = request.header("x-platos-organization-id");
  credentials.project_id = request.header("x-platos-project-id");
  credentials.environment_id = request.header("x-platos-environment-id");
  credentials.user_id = request.header("x-platos-user-id");
  credentials.session_token = request.header("x-platos-session-token");
  credentials.api_key = request.header("x-platos-api-key");
  credentials.user_token = request.header("x-platos-user-token");
  credentials.origin = page_origin(request);
  credentials.address = request.peer;
  co_return co_await authenticator_.authenticate(*request.loop, std::move(credentials));
}

std::string counted_address(const ingress::Request& request) {
  return base::is_loopback(request.peer) ? std::string() : governance::rate_name_of_address(request.peer);
}

void add_rate_headers(ingress::Response& response, const governance::RateAllowance& allowance) {
  if (allowance.limit == 0) return;
  response.headers.emplace_back("RateLimit-Limit", std::to_string(allowance.limit));
  response.headers.emplace_back("RateLimit-Remaining", std::to_string(allowance.remaining));
  response.headers.emplace_back("RateLimit-Reset", std::to_string(allowance.reset_s));
  response.headers.emplace_back("X-Platos-Rate-Limit-Bucket", std::string(allowance.bucket));
}

}  // namespace platos::api
