#include "cell_range.hpp"

#include <utility>

#include "limits.hpp"
#include "take.hpp"

namespace platos::skill_csv {
namespace {

constexpr std::size_t kLastRow = kRowLimit + 1;

struct Corner {
  std::optional<std::size_t> row;
  std::optional<std::size_t> column;
};

int letter_value(char byte) {
  if (byte >= 'A' && byte <= 'Z') return byte - 'A' + 1;
  return byte >= 'a' && byte <= 'z' ? byte - 'a' + 1 : 0;
}

/// Takes the digits of `text` in `base` as a number from 1 to `limit`; false when it is out of these.
template <typename DigitValue>
bool take_number(std::string_view& text, std::size_t base, std::size_t limit, std::optional<std::size_t>& number,
                 DigitValue digit_value) {
  std::size_t value = 0;
  bool any = false;
  for (int digit; !text.empty() && (digit = digit_value(text.front())) >= 0; text.remove_prefix(1)) {
    value = value * base + static_cast<std::size_t>(digit);
    any = true;
    if (value > limit) return false;
  }
  if (any) number = value;
  return !any || value > 0;
}

std::optional<Corner> parse_corner(std::string_view text) {
  Corner corner;
  take(text, '$');
  const auto letter = [](char byte) { return letter_value(byte) > 0 ? letter_value(byte) : -1; };
  const auto digit = [](char byte) { return byte >= '0' && byte <= '9' ? byte - '0' : -1; };
  if (!take_number(text, 26, kColumnLimit, corner.column, letter)) return std::nullopt;
  if (corner.column) {
    --*corner.column;
    take(text, '$');
  }
  if (!take_number(text, 10, kLastRow, corner.row, digit) || !text.empty()) return std::nullopt;
  return corner.row || corner.column ? std::optional(corner) : std::nullopt;
}

std::string_view without_sheet(std::string_view text) {
  if (text.starts_with(kSheetName) && text.substr(kSheetName.size()).starts_with('!')) {
    text.remove_prefix(kSheetName.size() + 1);
  }
  return text;
}

}  // namespace

CellRange whole_sheet() noexcept { return {{1, 0}, {kLastRow, kColumnLimit - 1}}; }

std::optional<CellAddress> parse_cell(std::string_view text) {
  const auto corner = parse_corner(without_sheet(text));
  if (!corner || !corner->row || !corner->column) return std::nullopt;
  return CellAddress{*corner->row, *corner->column};
}

std::optional<CellRange> parse_range(std::string_view text) {
  text = without_sheet(text);
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    const auto cell = parse_cell(text);
    return cell ? std::optional(CellRange{*cell, *cell}) : std::nullopt;
  }
  const auto first = parse_corner(text.substr(0, colon));
  const auto last = parse_corner(text.substr(colon + 1));
  if (!first || !last || first->column.has_value() != last->column.has_value()) return std::nullopt;
  const CellRange sheet = whole_sheet();
  CellRange range;
  range.first = {first->row.value_or(1), first->column.value_or(0)};
  range.last = {last->row.value_or(sheet.last.row), last->column.value_or(sheet.last.column)};
  if (range.first.row > range.last.row) std::swap(range.first.row, range.last.row);
  if (range.first.column > range.last.column) std::swap(range.first.column, range.last.column);
  return range;
}

}  // namespace platos::skill_csv
