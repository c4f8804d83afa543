// The shared exchange driver, with this folder's recordings.
#pragma once

#include <string>

#include "common.hpp"
#include "common/provider/testing/answer_promises.hpp"
#include "common/provider/testing/exchange_driver.hpp"

namespace platos::provider_anthropic::testing {

using namespace provider_common::testing;

/// A file of the folder recorded/.
inline std::string recorded(const std::string& name) { return read_file(PROVIDER_ANTHROPIC_RECORDED "/" + name); }

}  // namespace platos::provider_anthropic::testing
