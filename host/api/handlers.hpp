// What handlers of small resources share: read a body, call a service, answer with its result.
#pragma once

#include <nlohmann/json.hpp>

#include "api/responses.hpp"
#include "api/route.hpp"
#include "api/wire.hpp"
#include "tenancy/keys.hpp"

namespace platos::api {

/// The result as `make(value)` says, or its error.
template <typename T, typename Make>
ingress::Response answer_with(const Call& call, int status, const Result<T>& result, Make make) {
  if (!result) return error_response(result.error(), call.request.request_id);
  return json_response(status, make(*result));
}

/// {"<name>": [...]}, `make` for each.
template <typename T, typename Make>
ingress::Response answer_list(const Call& call, const char* name, const Result<std::vector<T>>& result, Make make) {
  return answer_with(call, 200, result, [&](const std::vector<T>& rows) {
    model::Json list = model::Json::array();
    for (const auto& row : rows) list.push_back(make(row));
    return model::Json{{name, std::move(list)}, {"total", rows.size()}};
  });
}

/// {"deleted": true}
inline ingress::Response answer_deleted(const Call& call, const Result<void>& result) {
  if (!result) return error_response(result.error(), call.request.request_id);
  return json_response(200, {{"deleted", true}});
}

/// The row and its secret, which is shown this once.
template <typename T>
model::Json revealed(const tenancy::Revealed<T>& made, const char* name) {
  model::Json json = to_wire(made.thing);
  json[name] = made.secret;
  return json;
}

/// A list of texts, or nullopt when the member is not there. InvalidArgument "invalid_field".
inline Result<std::optional<std::vector<std::string>>> optional_texts(const model::Json& object, const char* member) {
  using Texts = std::optional<std::vector<std::string>>;
  const auto found = object.find(member);
  if (found == object.end() || found->is_null()) return Texts();
  if (!found->is_array()) return fail(model::invalid_field(member, "a list of texts", model::kind_of(*found)));
  std::vector<std::string> texts;
  for (const auto& each : *found) {
    if (!each.is_string())
      return fail(model::invalid_field(member, "a list of texts", "a list with " + model::kind_of(each)));
    texts.push_back(each.get<std::string>());
  }
  return Texts(std::move(texts));
}

}  // namespace platos::api
