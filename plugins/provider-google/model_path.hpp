// Where a model stands in the address of a request.
#pragma once

#include <string>
#include <string_view>

#include "common.hpp"

namespace platos::provider_google {

/// "models/<id>", the id percent-encoded. `model` may begin with "models/" itself. Throws WrongType for what would be
/// another path: an empty id, a slash, two dots.
std::string model_path(std::string_view model);

}  // namespace platos::provider_google
