// What names, slugs and ids of tenants may be. Errors: InvalidArgument "invalid_field", which names the field.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace platos::tenancy {

/// 1 to 200 bytes of text without control characters.
Result<void> check_name(const std::string& name);
/// 1 to 64 of a-z, 0-9 and '-', beginning and ending with a letter or digit.
Result<void> check_slug(const std::string& slug);
/// "My Project!" becomes "my-project"; empty when nothing is left.
std::string slug_of(const std::string& name);
/// Of one that is to be made: as check_slug().
Result<void> check_new_entity_id(const std::string& id);
/// 1 to 64 of A-Z, a-z, 0-9, '_' and '-'.
Result<void> check_entity_id(const std::string& id);
/// At most 100 of "https://host[:port]".
Result<void> check_origins(const std::vector<std::string>& origins);
/// At most 100 ids of agents.
Result<void> check_linked_agents(const std::vector<std::string>& ids);
/// An identifier of a shell variable, of at most 200 characters.
Result<void> check_variable_name(const std::string& name);
/// DEVELOPMENT, STAGING, PREVIEW or PRODUCTION.
Result<void> check_environment_type(const std::string& type);

}  // namespace platos::tenancy
