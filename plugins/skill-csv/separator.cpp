#include "separator.hpp"

#include <cstddef>

#include "record_reader.hpp"

namespace platos::skill_csv {
namespace {

constexpr std::size_t kSampleRecords = 100;
constexpr std::size_t kSampleBytes = 64 * 1024;

struct Fit {
  std::size_t columns = 0;  ///< of the first record
  std::size_t alike = 0;    ///< records with as many
  std::size_t records = 1;

  bool better_than(const Fit& other) const noexcept {
    const std::size_t mine = alike * other.records;
    const std::size_t theirs = other.alike * records;
    return mine != theirs ? mine > theirs : columns > other.columns;
  }
};

Fit fit_of(std::string_view text, char separator, const Cancellation& cancellation) {
  Fit fit;
  RecordReader reader(text, separator, cancellation);
  try {
    std::size_t records = 0;
    while (records < kSampleRecords && reader.position_bytes() < kSampleBytes && reader.next()) {
      if (records == 0) fit.columns = reader.fields().size();
      if (reader.fields().size() == fit.columns) ++fit.alike;
      fit.records = ++records;
    }
  } catch (const sdk::Error& error) {
    // Text that cannot be read this way is not separated this way; if it can be read in no way, the table says why.
    if (error.code() != PLATOS_INVALID_ARGUMENT) throw;
    return {};
  }
  return fit.columns < 2 ? Fit{} : fit;
}

}  // namespace

char detect_separator(std::string_view text, const Cancellation& cancellation) {
  char best_separator = kSeparators.front();
  Fit best;
  for (const char separator : kSeparators) {
    const Fit fit = fit_of(text, separator, cancellation);
    if (!fit.better_than(best)) continue;
    best = fit;
    best_separator = separator;
  }
  return best_separator;
}

}  // namespace platos::skill_csv
