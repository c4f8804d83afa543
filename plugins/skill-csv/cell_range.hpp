// Cells and ranges of a sheet in A1 notation. Pure functions; any thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace platos::skill_csv {

/// The one sheet of a CSV document.
inline constexpr std::string_view kSheetName = "Sheet1";

struct CellAddress {
  std::size_t row = 1;     ///< sheet row; 1 is the header
  std::size_t column = 0;  ///< from 0
};

/// Both ends belong to it. Larger than the sheet where it is open.
struct CellRange {
  CellAddress first;
  CellAddress last;
};

/// Reads "B3". Letters of either case, "$" and a leading "Sheet1!" are taken. Nothing for text that is no cell, or that
/// lies outside of kColumnLimit columns and kRowLimit + 1 sheet rows.
std::optional<CellAddress> parse_cell(std::string_view text);

/// Reads "A2:C10", "B3", whole columns "A:C", whole rows "2:5", and "A2:C", which is open to the bottom. Corners may be
/// given in any order. Limits as for parse_cell().
std::optional<CellRange> parse_range(std::string_view text);

/// The whole sheet.
CellRange whole_sheet() noexcept;

}  // namespace platos::skill_csv
