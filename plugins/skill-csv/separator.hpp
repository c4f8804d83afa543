// Which byte separates the fields of a CSV text. Pure functions; any thread.
#pragma once

#include <string_view>

#include "cancellation.hpp"

namespace platos::skill_csv {

/// In the order in which they are preferred.
inline constexpr std::string_view kSeparators = ",;\t|";

/// The separator of kSeparators under which most of the first 100 records have as many fields as the first one, and at
/// least two; of equals the one with more fields, then the preferred one. A comma when none gives two fields. Quoted
/// text does not count. Throws Error(PLATOS_CANCELLED) only.
char detect_separator(std::string_view text, const Cancellation& cancellation);

}  // namespace platos::skill_csv
