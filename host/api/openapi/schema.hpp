// Words to write JSON schemas with, in the 2020-12 of OpenAPI 3.1.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "model/json.hpp"

namespace platos::api::openapi {

using model::Json;

struct Member {
  std::string_view name;
  Json schema;
};

/// A component: other schemas refer to it by its name.
struct Schema {
  std::string_view name;
  Json schema;
};

/// Members that are always there, and those that may be missing. Further ones are allowed: the API grows.
Json object(std::initializer_list<Member> required, std::initializer_list<Member> optional = {});
Json text();
/// In bytes, as the server counts; a schema counts characters, of which there are no more.
Json text_up_to(std::size_t max_bytes);
Json some_text();  ///< not empty
Json pattern(std::string_view regex, std::string_view description);
Json words(std::initializer_list<std::string_view> any_of);
Json time();  ///< ISO 8601 with milliseconds, UTC
Json boolean();
Json number();
Json integer();
Json integer_from(std::int64_t min);
Json integer_in(std::int64_t min, std::int64_t max);
Json list_of(Json items);
Json map_of(Json values);
Json ref(std::string_view component);
Json any_value();   ///< any JSON at all
Json any_object();  ///< of which nothing more is said
Json or_null(Json schema);

/// One of these members must be there.
Json needs_one_of(Json schema, std::initializer_list<std::string_view> members);

Json with_default(Json schema, Json value);
Json described(Json schema, std::string_view description);

/// At most 100 origins of browsers.
Json origins();
/// A row with its secret, which is shown this once.
Json revealed(std::string_view row, std::string_view secret);

/// {"<name>": [rows], "total": n}
Json listing(std::string_view name, Json row);

}  // namespace platos::api::openapi
