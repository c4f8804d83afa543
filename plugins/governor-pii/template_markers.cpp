#include "template_markers.hpp"

#include <array>
#include <iterator>

namespace platos::governor_pii {
namespace {

/// In small letters, as they are without spaces. '*' stands for a name of two or more letters, digits and '_'.
constexpr std::string_view kMarkers[] = {"[inst]",          "[/inst]",       "<<sys>>",  "<</sys>>", "<|*|>",
                                         "<start_of_turn>", "<end_of_turn>", "[system]", "<system>", "</system>"};

struct Progress {
  std::size_t at = 0;       // in the marker
  std::size_t letters = 0;  // of the name that '*' stands for
  bool is_dead = false;

  void take(std::string_view marker, char32_t code) noexcept {
    const bool is_name = is_alnum(code) || code == U'_';
    if (marker[at] == '*') {
      if (is_name && ++letters <= 32) return;
      is_dead = letters < 2 || letters > 32 || is_name;
      ++at;
    }
    is_dead = is_dead || code != static_cast<unsigned char>(marker[at]);
    ++at;
  }
};

}  // namespace

Attempt match_template_marker(const Text& text, std::size_t at) noexcept {
  constexpr int kMostCharacters = 64;
  constexpr char32_t kLowLine = 0x2581;  // some templates write it for '_'
  std::array<Progress, std::size(kMarkers)> progress{};
  Cursor cursor(text, at);
  for (int i = 0; i < kMostCharacters; ++i) {
    const char32_t code = cursor.take();
    if (code == kNone) return cursor.starved() ? Attempt::pause(at) : Attempt::nothing();
    if (code == U' ' || code == U'\t') continue;
    bool is_alive = false;
    for (std::size_t m = 0; m < progress.size(); ++m) {
      if (progress[m].is_dead) continue;
      progress[m].take(kMarkers[m], code == kLowLine ? U'_' : to_lower(code));
      if (!progress[m].is_dead && progress[m].at == kMarkers[m].size()) {
        return Attempt::match(at, cursor.end(), rule(InjectionPattern::SpecialTokens));
      }
      is_alive = is_alive || !progress[m].is_dead;
    }
    if (!is_alive) return Attempt::nothing();
  }
  return Attempt::nothing();
}

}  // namespace platos::governor_pii
