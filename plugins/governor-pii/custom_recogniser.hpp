// Finds what an operator's own regular expression describes.
#pragma once

#include <memory>
#include <string>

#include "pattern_bounds.hpp"
#include "recogniser.hpp"

namespace re2 {
class RE2;
}

namespace platos::governor_pii {

class CustomRecogniser final : public Recogniser {
 public:
  /// `index`: position in the configuration. Throws UnboundedPattern with what is wrong: RE2 cannot read it, it matches
  /// the empty text, or a match may be longer than 80 characters.
  CustomRecogniser(const std::string& pattern, std::uint8_t index);
  ~CustomRecogniser() override;

  Attempt find(const Text& text, std::size_t from) const override;

 private:
  PatternBounds bounds_;
  std::unique_ptr<re2::RE2> expression_;
  Rule rule_;
};

}  // namespace platos::governor_pii
