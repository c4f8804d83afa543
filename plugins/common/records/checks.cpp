#include "checks.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "common/bounded_json.hpp"
#include "filter.hpp"
#include "limits.hpp"

namespace platos::records {
namespace {

using plugin_common::refuse;

void check_size(std::string_view what, std::size_t size, std::size_t most) {
  if (size > most) refuse(what, "at most " + std::to_string(most) + " bytes", std::to_string(size));
}

void check_same_dimensions(std::int64_t expected, std::size_t found) {
  if (static_cast<std::int64_t>(found) == expected) return;
  refuse("vector", "the " + std::to_string(expected) + " dimensions of the vectors in this space",
         std::to_string(found));
}

}  // namespace

void check_space(const sdk::Call& call, const sdk::MemorySpace& space) {
  const std::string_view environment = call.attribute("environment");
  if (space.tenant.empty() || space.tenant != environment) {
    throw sdk::Error(PLATOS_PERMISSION_DENIED, "space: the tenant is not the environment of the call");
  }
  check_size("tenant of a space", space.tenant.size(), kTenantBytes);
  check_size("collection of a space", space.collection.size(), kCollectionBytes);
}

void check_record(const sdk::MemoryRecord& record) {
  if (record.id.empty()) refuse("id of a record", "at least one byte", "none");
  check_size("id of a record", record.id.size(), kIdBytes);
  const std::string what = "record " + plugin_common::in_quotes(record.id);
  check_size(what + ", content", record.content.size(), kContentBytes);
  if (!record.metadata_json.empty()) check_metadata(record.metadata_json);
  if (!record.vector.empty()) check_vector(what + ", vector", record.vector);
}

void check_vector(std::string_view what, std::span<const float> vector) {
  if (vector.size() > kDimensions) {
    refuse(what, "at most " + std::to_string(kDimensions) + " dimensions", std::to_string(vector.size()));
  }
  if (!std::all_of(vector.begin(), vector.end(), [](float value) { return std::isfinite(value); })) {
    refuse(what, "finite values", "NaN or infinity");
  }
  if (std::all_of(vector.begin(), vector.end(), [](float value) { return value == 0.0F; })) {
    refuse(what, "a vector with a direction", "nothing but zeros");
  }
}

void check_query(const sdk::MemoryQuery& query) {
  if (query.mode < PLATOS_MEMORY_KEYWORD || query.mode > PLATOS_MEMORY_HYBRID) {
    throw sdk::Error(
        PLATOS_FAILED_PRECONDITION,
        "mode of search: expected keyword (1), vector (2) or hybrid (3), found " + std::to_string(query.mode));
  }
  check_limit(query.limit);
  if ((query.mode & PLATOS_MEMORY_KEYWORD) != 0) check_size("text of a search", query.text.size(), kQueryTextBytes);
  if ((query.mode & PLATOS_MEMORY_VECTOR) == 0) return;
  check_vector("vector of a search", query.vector);
  if (std::isnan(query.min_score)) refuse("min_score of a search", "a number", "NaN");
}

void check_limit(std::uint32_t limit) {
  if (limit < 1 || limit > kHighestLimit) refuse("limit", "1 to 1000", std::to_string(limit));
}

void check_dimensions(const Space& space, std::span<const sdk::MemoryRecord> records) {
  std::int64_t expected = space.vectors > 0 ? space.dimensions : 0;
  for (const sdk::MemoryRecord& record : records) {
    if (record.vector.empty()) continue;
    if (expected == 0) expected = static_cast<std::int64_t>(record.vector.size());
    check_same_dimensions(expected, record.vector.size());
  }
}

void check_dimensions(const Space& space, std::span<const float> query) {
  if (space.vectors > 0) check_same_dimensions(space.dimensions, query.size());
}

}  // namespace platos::records
