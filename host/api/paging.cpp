#include "api/paging.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "model/json.hpp"

namespace platos::api {

Result<std::int64_t> query_number(const Call& call, std::string_view name, std::int64_t fallback, std::int64_t min,
                                  std::int64_t max) {
  const std::string text = call.query_value(name);
  if (text.empty()) return fallback;
  const bool negative = text.front() == '-';
  std::uint64_t number = 0;
  if (!base::parse_uint64(std::string_view(text).substr(negative ? 1 : 0), number)) {
    return fail(model::invalid_field(name, "a whole number", "\"" + base::printable(text, 40) + "\""));
  }
  if (negative) return min;
  return std::clamp<std::int64_t>(number > INT64_MAX ? INT64_MAX : static_cast<std::int64_t>(number), min, max);
}

}  // namespace platos::api
