// Finds the ten built-in types of personal data and secrets.
#pragma once

#include "recogniser.hpp"

namespace platos::governor_pii {

class PiiRecogniser final : public Recogniser {
 public:
  Attempt find(const Text& text, std::size_t from) const override;
};

}  // namespace platos::governor_pii
