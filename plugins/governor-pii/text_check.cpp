#include "text_check.hpp"

#include <algorithm>

#include "redaction.hpp"

namespace platos::governor_pii {

TextCheck::TextCheck(const Config& config, const PointPolicy& policy, const Recognisers& recognisers)
    : report_(config, policy),
      pii_(recognisers.pii),
      injection_(recognisers.injection, Overlaps::All),
      holds_for_pii_(policy.holds_for_pii()),
      holds_for_injection_(policy.holds_for_injection()) {}

void TextCheck::scan(StreamScanner& scanner, bool is_last) {
  matches_.clear();
  scanner.scan({text_, is_last}, matches_);
  for (const Match& match : matches_) {
    const Action action = report_.add(match.rule, std::string_view(text_).substr(match.begin, match.size()));
    if (action == Action::Redact) redacted_.push_back(match);
  }
}

/// How far the text may go out: to where all is known.
std::size_t TextCheck::releasable(bool is_last) const {
  std::size_t end = text_.size();
  if (is_last) return end;
  if (holds_for_pii_) end = std::min(end, pii_.settled());
  if (holds_for_injection_) end = std::min(end, injection_.settled());
  return std::max(end, released_);
}

/// Drops what neither context nor an open match needs; seldom, so that each byte is moved about once.
void TextCheck::forget() {
  constexpr std::size_t kWorthwhileBytes = 512;
  const std::size_t needed = std::min({released_, pii_.settled(), injection_.settled()});
  if (needed < kLookBackBytes + kWorthwhileBytes) return;
  std::size_t bytes = needed - kLookBackBytes;
  while (!starts_character(text_[bytes])) --bytes;
  text_.erase(0, bytes);
  released_ -= bytes;
  replaced_ -= std::min(replaced_, bytes);
  pii_.drop(bytes);
  injection_.drop(bytes);
  for (Match& match : redacted_) match = {match.begin - bytes, match.end - bytes, match.rule};
}

sdk::Verdict TextCheck::feed(std::string_view chunk, bool is_last) {
  text_.append(chunk);
  report_.count_characters(chunk);
  scan(pii_, is_last);
  scan(injection_, is_last);
  sort_matches(redacted_);
  sdk::Verdict verdict;
  const std::size_t end = releasable(is_last);
  const bool is_redacted = replaced_ > released_ || (!redacted_.empty() && redacted_.front().begin < end);
  if (is_redacted && end > released_) {
    verdict.decision = PLATOS_REDACT;
    replaced_ = append_redacted(verdict.replacement, text_, std::max(released_, replaced_), end, redacted_, report_);
    redacted_.erase(
        std::remove_if(redacted_.begin(), redacted_.end(), [end](const Match& match) { return match.begin < end; }),
        redacted_.end());
  }
  verdict.release_bytes = end - released_;
  released_ = end;
  report_.settle(verdict);
  forget();
  return verdict;
}

}  // namespace platos::governor_pii
