// A filter over top-level members of metadata, as memory.h describes it. Immutable: any thread.
//
// Numbers are equal by value (1 is 1.0); a text, a number and a boolean are never equal. A member whose value is null
// counts as absent.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace platos::records {

class Filter {
 public:
  /// Throws Error(PLATOS_INVALID_ARGUMENT). Empty text, or an object without members, matches everything.
  explicit Filter(std::string_view filter_json);

  bool matches_all() const noexcept { return conditions_.empty(); }

  /// `metadata_json` is an object.
  bool matches(std::string_view metadata_json) const;

 private:
  struct Condition {
    std::string member;
    std::vector<nlohmann::json> one_of;
    bool absent;
  };
  std::vector<Condition> conditions_;
};

/// Throws Error(PLATOS_INVALID_ARGUMENT) when `metadata_json` is no object, too long or too deep.
void check_metadata(std::string_view metadata_json);

}  // namespace platos::records
