// The member "generationConfig": limits, the form of the answer, thinking.
#pragma once

#include <string_view>

#include "common.hpp"
#include "common/provider/canonical_request.hpp"
#include "platos/cpp/json_writer.hpp"

namespace platos::provider_google {

inline constexpr std::string_view kGenerationConfig = "generationConfig";

/// Writes nothing when there is nothing to say. `wants_json`: the answer follows the request's response_schema.
/// Members of vendor.generationConfig replace ours of the same name. Throws as json_reading.hpp says when that is no
/// object.
void write_generation_config(const CanonicalRequest& source, bool wants_json, sdk::JsonWriter& json);

}  // namespace platos::provider_google
