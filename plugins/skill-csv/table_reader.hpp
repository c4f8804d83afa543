// A CSV document as a table: a header and rows of the same width. Bound to one thread.
//
// The first record is the header, sheet row 1. A row that is shorter is filled up with empty cells; cells over the
// header's width are dropped when they are empty, and are an error when they are not.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "record_reader.hpp"

namespace platos::skill_csv {

class TableReader {
 public:
  /// Reads the header. `source` is CSV text, with or without a byte order mark; without `separator` it is detected.
  /// Throws Error(PLATOS_INVALID_ARGUMENT) for an address or a workbook, and as RecordReader does. `source` and
  /// `cancellation` are borrowed for the reader's life.
  TableReader(std::string_view source, std::optional<char> separator, const Cancellation& cancellation);

  /// Names of the columns, none empty, no two alike: an empty name becomes "column_B", a repeated one "name_2".
  const std::vector<std::string>& headers() const noexcept { return headers_; }
  char separator() const noexcept { return separator_; }

  /// Reads the next data row; false at the end. Throws as RecordReader does, for a row that is too long, and for more
  /// than kRowLimit rows.
  bool next();

  /// Number of the last data row, from 1.
  std::size_t row_number() const noexcept { return row_number_; }

  /// The cell's text in the last data row.
  std::string_view cell(std::size_t column) const noexcept {
    return column < records_.fields().size() ? records_.fields()[column].text : std::string_view();
  }

  /// Of the last record; right after construction the header's. Offsets count from the end of the byte order mark.
  const RecordReader& record() const noexcept { return records_; }

 private:
  void check_width() const;

  char separator_;
  RecordReader records_;
  std::vector<std::string> headers_;
  std::size_t row_number_ = 0;
};

/// Bytes of the byte order mark with which `source` begins, 0 or 3.
std::size_t byte_order_mark_bytes(std::string_view source) noexcept;

}  // namespace platos::skill_csv
