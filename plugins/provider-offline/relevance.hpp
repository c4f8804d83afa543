// How much a passage says about a question, judged by shared words. Owns what it needs; immutable after construction.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace platos::provider_offline {

class Relevance {
 public:
  /// A word of the question weighs more the fewer of `passages` hold it.
  Relevance(std::string_view question, std::span<const std::string_view> passages);

  /// 0 when nothing is shared. "cancelled" and "cancelling" match "cancel", at a discount; a long passage is marked
  /// down.
  double of(std::string_view passage) const;

 private:
  struct Term {
    std::string word;
    double weight;
  };
  std::vector<Term> terms_;
};

}  // namespace platos::provider_offline
