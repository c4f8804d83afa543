// What roles and permissions amount to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "model/scope.hpp"

namespace platos::tenancy {

/// owner, admin, member or viewer; no rights for any other word.
model::Rights rights_of_role(std::string_view role);
bool is_role(std::string_view role);

/// A session token's: chat, and what its permissions add ("read", "write"). A customer's user never administers.
model::Rights rights_of_session(const std::vector<std::string>& permissions);

}  // namespace platos::tenancy
