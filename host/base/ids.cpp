#include "base/ids.hpp"

#include <sys/random.h>

#include <stdexcept>

namespace platos::base {
namespace {
void fill_random(void* out, std::size_t size) {
  if (::getrandom(out, size, 0) != static_cast<ssize_t>(size)) throw std::runtime_error("getrandom failed");
}
}  // namespace

IdMaker::IdMaker(const Clock& clock) : clock_(clock) {}

std::string IdMaker::make(std::string_view prefix) {
  std::string id(prefix);
  id += '_';
  id += make_ulid();
  return id;
}

std::string IdMaker::make_ulid() {
  std::uint64_t ms = 0;
  std::uint16_t high = 0;
  std::uint64_t low = 0;
  {
    const std::lock_guard lock(mutex_);
    const auto now_ms = static_cast<std::uint64_t>(clock_.wall_us() / 1000);
    if (now_ms > last_ms_) {
      last_ms_ = now_ms;
      fill_random(&random_high_, sizeof random_high_);
      fill_random(&random_low_, sizeof random_low_);
      random_high_ &= 0x7fff;  // leaves room to count up within one millisecond
    } else if (++random_low_ == 0) {
      ++random_high_;
    }
    ms = last_ms_;
    high = random_high_;
    low = random_low_;
  }
  static constexpr char kAlphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";  // Crockford base 32
  std::string text(26, '0');
  // 48 bits of time take ten characters; 80 random bits take sixteen.
  for (int i = 9; i >= 0; --i, ms >>= 5) text[static_cast<std::size_t>(i)] = kAlphabet[ms & 31];
  __extension__ using Wide = unsigned __int128;
  Wide random = (static_cast<Wide>(high) << 64) | low;
  for (int i = 25; i >= 10; --i, random >>= 5) {
    text[static_cast<std::size_t>(i)] = kAlphabet[static_cast<unsigned>(random) & 31];
  }
  return text;
}

}  // namespace platos::base
