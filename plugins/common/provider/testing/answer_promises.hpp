// What a codec promises for every answer, however broken.
#pragma once

#include <string>

#include "common/provider/testing/exchange_driver.hpp"

namespace platos::provider_common::testing {

/// Empty when the promises hold: done or failed, one STOP at the end of what is done, a short clean message and a JSON
/// detail of what failed, UTF-8 everywhere, tool calls that begin before they go on and end.
std::string broken_promise(const Result& result);

}  // namespace platos::provider_common::testing
