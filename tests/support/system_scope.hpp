// The scope that only the host itself may make.
#pragma once

#include "model/scope.hpp"

namespace platos::model {

struct SystemScopeForTest {
  static SystemScope make() { return SystemScope(); }
};

}  // namespace platos::model
