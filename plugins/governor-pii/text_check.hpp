// A check of text: a message, an answer as it streams, the content of a memory.
#pragma once

#include <string>
#include <vector>

#include "report.hpp"
#include "stream_scanner.hpp"

namespace platos::governor_pii {

/// What all checks of one instance share. Immutable.
struct Recognisers {
  std::vector<const Recogniser*> pii;  ///< custom patterns included
  std::vector<const Recogniser*> injection;
};

/// Holds back what may still become a match if policy redacts or blocks such a match, and nothing otherwise.
class TextCheck final : public sdk::Check {
 public:
  TextCheck(const Config& config, const PointPolicy& policy, const Recognisers& recognisers);

  sdk::Verdict feed(std::string_view chunk, bool is_last) override;

 private:
  void scan(StreamScanner& scanner, bool is_last);
  std::size_t releasable(bool is_last) const;
  void forget();

  Report report_;
  StreamScanner pii_;
  StreamScanner injection_;
  const bool holds_for_pii_;
  const bool holds_for_injection_;
  std::string text_;             // what was released last, as context; then what is held
  std::size_t released_ = 0;     // bytes of text_
  std::size_t replaced_ = 0;     // what stands before was released, or vanishes with a match that was replaced
  std::vector<Match> matches_;   // of one scan
  std::vector<Match> redacted_;  // not replaced yet
};

}  // namespace platos::governor_pii
