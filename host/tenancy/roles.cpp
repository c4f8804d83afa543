#include "tenancy/roles.hpp"

namespace platos::tenancy {

using namespace model;

Rights rights_of_role(std::string_view role) {
  if (role == "viewer") return kRead;
  if (role == "member") return kRead | kChat | kWrite;
  if (role == "admin") return kRead | kChat | kWrite | kAdmin;
  if (role == "owner") return kRead | kChat | kWrite | kAdmin | kOwner;
  return 0;
}

bool is_role(std::string_view role) { return rights_of_role(role) != 0; }

Rights rights_of_session(const std::vector<std::string>& permissions) {
  Rights rights = kChat;
  for (const auto& permission : permissions) {
    if (permission == "read") rights |= kRead;
    if (permission == "write") rights |= kRead | kWrite;
  }
  return rights;
}

}  // namespace platos::tenancy
