// What one instance knows of its vendor: where it is, which headers it wants, which models it has.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/provider/config_reading.hpp"
#include "platos/cpp/provider.hpp"

namespace platos::provider_common {

/// What the exchanges of one instance share. Immutable. Headers refer to constants and to the instance's configuration.
struct Endpoint {
  std::string base_url;  ///< names the vendor in errors
  std::string url;
  std::string missing_end;  ///< what a stream that ended early did not send: "neither finish_reason nor [DONE]"
  std::vector<platos_header_t> stream_headers = {};
  std::vector<platos_header_t> whole_headers = {};
};

using HeaderViews = std::vector<std::pair<std::string_view, std::string_view>>;

/// The codec's headers, then the operator's, without those of the operator that are empty: a variable of the
/// environment that is not set switches its header off. The texts are borrowed.
std::vector<platos_header_t> headers_of(const HeaderViews& own, const HeaderList& extra);

/// The answer of models(): these ids.
void write_models(sdk::JsonWriter& out, const std::vector<std::string>& ids);

}  // namespace platos::provider_common
