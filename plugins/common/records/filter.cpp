#include "filter.hpp"

#include <algorithm>
#include <utility>

#include "common/bounded_json.hpp"
#include "limits.hpp"

namespace platos::records {
namespace {

using nlohmann::json;
using plugin_common::in_quotes;
using plugin_common::refuse;

bool is_value(const json& value) { return value.is_string() || value.is_number() || value.is_boolean(); }

bool equal(const json& left, const json& right) {
  // Two integers of different signedness are compared by their bits in nlohmann.
  if (left.is_number_integer() && right.is_number_integer() &&
      left.is_number_unsigned() != right.is_number_unsigned()) {
    const json& is_signed = left.is_number_unsigned() ? right : left;
    if (is_signed.get<std::int64_t>() < 0) return false;
    return left.get<std::uint64_t>() == right.get<std::uint64_t>();
  }
  return left == right;
}

}  // namespace

Filter::Filter(std::string_view filter_json) {
  if (filter_json.empty()) return;
  if (filter_json.size() > kFilterBytes) refuse("filter", "at most 64 KiB", "more");
  const json filter = plugin_common::parse_object(filter_json, "filter", 2);
  if (filter.size() > kFilterMembers) refuse("filter", "at most 32 members", std::to_string(filter.size()));
  for (const auto& [member, value] : filter.items()) {
    Condition condition{member, {}, value.is_null()};
    if (value.is_array()) condition.one_of.assign(value.begin(), value.end());
    if (is_value(value)) condition.one_of.push_back(value);
    const auto& list = condition.one_of;
    if (value.is_object() || !std::all_of(list.begin(), list.end(), is_value)) {
      refuse("filter, member " + in_quotes(member), "a text, a number, a boolean, an array of these, or null",
             value.is_array() ? "an array with another value" : plugin_common::describe(value));
    }
    conditions_.push_back(std::move(condition));
  }
}

bool Filter::matches(std::string_view metadata_json) const {
  if (conditions_.empty()) return true;
  const json metadata = json::parse(metadata_json, nullptr, false);
  if (!metadata.is_object()) return false;
  return std::all_of(conditions_.begin(), conditions_.end(), [&](const Condition& condition) {
    const auto found = metadata.find(condition.member);
    if (found == metadata.end() || found->is_null()) return condition.absent;
    return std::any_of(condition.one_of.begin(), condition.one_of.end(),
                       [&](const json& wanted) { return equal(wanted, *found); });
  });
}

void check_metadata(std::string_view metadata_json) {
  if (metadata_json.size() > kMetadataBytes) refuse("metadata", "at most 64 KiB", "more");
  plugin_common::parse_object(metadata_json, "metadata", kJsonDepth);
}

}  // namespace platos::records
