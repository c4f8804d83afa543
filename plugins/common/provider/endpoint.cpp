#include "common/provider/endpoint.hpp"

namespace platos::provider_common {

std::vector<platos_header_t> headers_of(const HeaderViews& own, const HeaderList& extra) {
  std::vector<platos_header_t> headers;
  headers.reserve(own.size() + extra.size());
  for (const auto& [name, value] : own) headers.push_back({sdk::slice(name), sdk::slice(value)});
  for (const auto& [name, value] : extra) {
    if (!value.empty()) headers.push_back({sdk::slice(name), sdk::slice(value)});
  }
  return headers;
}

void write_models(sdk::JsonWriter& out, const std::vector<std::string>& ids) {
  out.begin_array();
  for (const std::string& id : ids) out.begin_object().key("id").value(id).end_object();
  out.end_array();
}

}  // namespace platos::provider_common
