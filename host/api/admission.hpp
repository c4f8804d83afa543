// Who is let in to a route: credentials, rights, and how many requests a minute.
#pragma once

#include "governance/rate_limits.hpp"
#include "ingress/message.hpp"
#include "model/scope.hpp"
#include "tenancy/authenticator.hpp"

namespace platos::api {

struct Admitted {
  model::Principal who;
  governance::RateAllowance allowance;
};

/// Internally synchronised.
class Admission {
 public:
  Admission(tenancy::Authenticator& authenticator, governance::RateLimits& limits)
      : authenticator_(authenticator), limits_(limits) {}

  /// Errors: Authenticator::authenticate(); PermissionDenied "forbidden"; ResourceExhausted "rate_limit". The operator
  /// is not limited, and neither are addresses of this machine: those may be a proxy's.
  Task<Result<Admitted>> admit(const ingress::Request& request, model::Rights any_of) const;
  /// The limit of the address alone, for routes that want no credentials. ResourceExhausted "rate_limit".
  Result<void> admit_address(const ingress::Request& request) const;
  /// Who it is, counted as nobody's request. Errors: Authenticator::authenticate().
  Task<Result<model::Principal>> authenticate(const ingress::Request& request) const;

 private:
  tenancy::Authenticator& authenticator_;
  governance::RateLimits& limits_;
};

/// What requests of this address are counted as; empty for addresses of this machine, which are not.
std::string counted_address(const ingress::Request& request);

/// RateLimit-Limit, -Remaining, -Reset and X-Platos-Rate-Limit-Bucket; none when nothing limits the request.
void add_rate_headers(ingress::Response& response, const governance::RateAllowance& allowance);

}  // namespace platos::api
