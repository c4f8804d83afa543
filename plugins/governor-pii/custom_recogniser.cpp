#include "custom_recogniser.hpp"

#include <re2/re2.h>

namespace platos::governor_pii {
namespace {

RE2::Options options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_longest_match(true);
  options.set_never_capture(true);
  options.set_max_mem(4 << 20);
  return options;
}

}  // namespace

CustomRecogniser::CustomRecogniser(const std::string& pattern, std::uint8_t index)
    : expression_(std::make_unique<RE2>(pattern, options())), rule_{Category::Custom, index} {
  if (!expression_->ok()) throw UnboundedPattern("is no regular expression: " + expression_->error());
  bounds_ = bounds_of(pattern);
  if (bounds_.can_be_empty) throw UnboundedPattern("matches the empty text");
  if (bounds_.most_bytes > kReachBytes) throw UnboundedPattern("may match more than 80 characters");
}

CustomRecogniser::~CustomRecogniser() = default;

Attempt CustomRecogniser::find(const Text& text, std::size_t from) const {
  constexpr std::size_t kNextCharacterBytes = 4;  // for a \b at the end
  const std::string_view bytes = text.bytes;
  const std::size_t undecided_bytes = bounds_.most_bytes + kNextCharacterBytes;
  std::size_t undecided = bytes.size();
  if (!text.complete) undecided = bytes.size() > undecided_bytes ? bytes.size() - undecided_bytes : 0;
  re2::StringPiece found;
  const re2::StringPiece piece(bytes.data(), bytes.size());
  if (expression_->Match(piece, from, bytes.size(), RE2::UNANCHORED, &found, 1)) {
    const auto begin = static_cast<std::size_t>(found.data() - bytes.data());
    if (begin < undecided) return Attempt::match(begin, begin + found.size(), rule_);
  }
  for (std::size_t at = std::max(from, undecided); at < bytes.size(); ++at) {
    const bool may_begin = bounds_.first_bytes[static_cast<unsigned char>(bytes[at])] && starts_character(bytes[at]);
    if (may_begin) return Attempt::pause(at);
  }
  return Attempt::nothing();
}

}  // namespace platos::governor_pii
