#include "column_summary.hpp"

#include "common/characters.hpp"

namespace platos::skill_csv {

void ColumnSummary::add(std::string_view cell, char decimal_mark) {
  const std::string_view text = plugin_common::trimmed(cell);
  if (text.empty()) return;
  if (const auto number = Decimal::parse(text, decimal_mark)) {
    add_number(*number);
  } else if (const auto instant = parse_date(text)) {
    add_date(*instant, text);
  } else {
    ++texts_;
  }
}

void ColumnSummary::add_number(const Decimal& number) {
  sum_ += number;
  if (numbers_ == 0 || number < minimum_) minimum_ = number;
  if (numbers_ == 0 || maximum_ < number) maximum_ = number;
  ++numbers_;
}

void ColumnSummary::add_date(Instant instant, std::string_view text) {
  if (dates_ == 0 || instant < earliest_) {
    earliest_ = instant;
    earliest_text_ = text;
  }
  if (dates_ == 0 || latest_ < instant) {
    latest_ = instant;
    latest_text_ = text;
  }
  ++dates_;
}

void ColumnSummary::write(sdk::JsonWriter& out, std::int64_t rows) const {
  out.key("empty").value(rows - numbers_ - dates_ - texts_).key("numbers").value(numbers_).key("dates").value(dates_);
  out.key("texts").value(texts_);
  if (numbers_ > 0) {
    out.key("sum").value(sum_.text()).key("minimum").value(minimum_.text()).key("maximum").value(maximum_.text());
  }
  if (dates_ > 0) out.key("earliest").value(earliest_text_).key("latest").value(latest_text_);
}

}  // namespace platos::skill_csv
