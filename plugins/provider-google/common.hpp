// What every provider codec needs (plugins/common/provider), under this plugin's own names.
#pragma once

namespace platos::provider_common {}

namespace platos::provider_google {
using namespace provider_common;
}  // namespace platos::provider_google
