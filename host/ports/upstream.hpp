// What may be reached for an instance, and the secrets that go with it.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace platos::ports {

/// Puts secrets into header values when a request leaves. Internally synchronised.
class SecretSource {
 public:
  virtual ~SecretSource() = default;
  /// Replaces every {{secret:SLOT}} in `text`. FailedPrecondition "secret_unbound" names a slot without a value.
  virtual Result<std::string> fill_in(std::string_view text) const = 0;
};

/// An instance whose codec asks for HTTP. Internally synchronised.
class Upstream {
 public:
  virtual ~Upstream() = default;

  /// Whether a request may go to `url`: it must match a granted pattern. PermissionDenied "url_not_granted" otherwise.
  virtual Result<void> may_reach(std::string_view url) const = 0;

  /// A tenant wrote the address: it is held to what tenants may reach.
  virtual bool is_tenants(std::string_view /*url*/) const { return false; }

  /// The slots that the instance binds.
  virtual const SecretSource& secrets() const = 0;
};

}  // namespace platos::ports
