// The one place of tenancy that may work across tenants.
#pragma once

#include "model/scope.hpp"

namespace platos::tenancy {

/// For look-ups of credentials, and for services that check the organization themselves. Included by this room, and by
/// `entities`, which looks its entities and the other hosts up.
class Tenant {
 public:
  Tenant() = delete;
  static model::SystemScope across() { return {}; }
};

}  // namespace platos::tenancy
