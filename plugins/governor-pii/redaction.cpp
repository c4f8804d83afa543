#include "redaction.hpp"

#include <algorithm>

namespace platos::governor_pii {

std::size_t append_redacted(std::string& out, std::string_view text, std::size_t begin, std::size_t end,
                            const std::vector<Match>& matches, const Report& report) {
  std::size_t done = begin;
  for (const Match& match : matches) {
    if (match.begin >= end) break;
    if (match.begin >= done) {
      out.append(text.substr(done, match.begin - done));
      out += report.replacement(match.rule);
    }
    done = std::max(done, match.end);
  }
  if (done >= end) return done;
  out.append(text.substr(done, end - done));
  return end;
}

void sort_matches(std::vector<Match>& matches) {
  std::sort(matches.begin(), matches.end(), [](const Match& left, const Match& right) {
    return left.begin != right.begin ? left.begin < right.begin : left.end > right.end;
  });
}

}  // namespace platos::governor_pii
