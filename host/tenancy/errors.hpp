// The errors that the services of this room share.
#pragma once

#include <string>

#include "base/result.hpp"
#include "base/text.hpp"

namespace platos::tenancy {

/// NotFound "<what>_not_found".
inline Error not_found(const char* what, const std::string& id) {
  return {ErrorKind::NotFound,
          std::string(what) + "_not_found",
          "there is no such " + std::string(what) + " \"" + base::printable(id, 80) + "\"",
          false,
          0,
          {}};
}

}  // namespace platos::tenancy
