// The texts of one space as the file keeps them: sealed, and words as keyed hashes.
//
// A cheap value for one call; borrows everything it is given.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platos/cpp/memory.hpp"
#include "platos/cpp/services.hpp"

namespace platos::records {

class SpaceSeal {
 public:
  SpaceSeal(const sdk::Sealer& sealer, const sdk::Call& call, const sdk::MemorySpace& space)
      : sealer_(sealer), call_(call), space_(space) {}

  const sdk::MemorySpace& space() const { return space_; }

  /// `part` of the record `id`: a part that is moved to another record or space does not open.
  std::string seal(std::string_view id, std::string_view part, std::string_view text) const {
    return sealer_.seal(call_, place(id, part), text);
  }
  std::string open(std::string_view id, std::string_view part, std::string_view sealed) const {
    return sealer_.open(call_, place(id, part), sealed);
  }
  /// For each word a text of letters and digits that stands for it.
  std::vector<std::string> hashed(const std::vector<std::string>& words) const;

 private:
  std::string place(std::string_view id, std::string_view part) const;

  const sdk::Sealer& sealer_;
  const sdk::Call& call_;
  const sdk::MemorySpace& space_;
};

}  // namespace platos::records
