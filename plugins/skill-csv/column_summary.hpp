// What the cells of one column are, and what they add up to. Externally synchronised.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "date.hpp"
#include "decimal.hpp"
#include "platos/cpp/json_writer.hpp"

namespace platos::skill_csv {

class ColumnSummary {
 public:
  /// Counts a cell as number, date or text; nothing but white space is none of them. White space around it does not
  /// matter. `decimal_mark` is the decimal point of numbers.
  void add(std::string_view cell, char decimal_mark);

  /// Writes members into an open object: "empty", "numbers", "dates", "texts", and when there are such cells "sum",
  /// "minimum", "maximum" (strings of digits, exact) and "earliest", "latest" (as the cells write them). Of `rows`
  /// cells, those that were not added are empty too.
  void write(sdk::JsonWriter& out, std::int64_t rows) const;

 private:
  void add_number(const Decimal& number);
  void add_date(Instant instant, std::string_view text);

  std::int64_t numbers_ = 0;
  std::int64_t dates_ = 0;
  std::int64_t texts_ = 0;
  Decimal sum_, minimum_, maximum_;  ///< meaningful when there are numbers
  Instant earliest_, latest_;        ///< meaningful when there are dates
  std::string earliest_text_, latest_text_;
};

}  // namespace platos::skill_csv
