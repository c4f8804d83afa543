// Cuts CSV text (RFC 4180) into records, one at a time, in linear time and without copying plain fields.
//
// Lines end with CRLF, LF or CR. A field that begins with a quote ends at the next quote that is not doubled, and may
// hold anything; a quote elsewhere in a field is an ordinary byte. Lines without a byte are no records. Bytes are not
// interpreted otherwise: spaces, NULs and invalid UTF-8 stay as they are.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "cancellation.hpp"

namespace platos::skill_csv {

struct Field {
  std::string_view text;      ///< without its quotes
  std::size_t begin_bytes{};  ///< where it begins in the text, with its quotes
  std::size_t end_bytes{};
};

class RecordReader {
 public:
  /// `text` and `cancellation` are borrowed for the reader's life.
  RecordReader(std::string_view text, char separator, const Cancellation& cancellation)
      : text_(text), separator_(separator), cancellation_(cancellation) {}
  RecordReader(const RecordReader&) = delete;
  RecordReader& operator=(const RecordReader&) = delete;

  /// Reads the next record; false at the end. Throws Error(PLATOS_INVALID_ARGUMENT) that names the line for a quoted
  /// field that is not closed, for text after a closing quote, and for a record over kColumnLimit or a field over
  /// kFieldBytesLimit; Error(PLATOS_CANCELLED) when the call is cancelled.
  bool next();

  /// Of the last record; valid until the next call of next().
  const std::vector<Field>& fields() const noexcept { return fields_; }

  /// Where the last record's line end begins.
  std::size_t record_end_bytes() const noexcept { return record_end_bytes_; }

  /// How far reading has come.
  std::size_t position_bytes() const noexcept { return position_; }

  /// "line 7 of source": the line on which the last record begins. Counts from the start, so use it for errors only.
  std::string where() const { return where(record_begin_bytes_); }

 private:
  bool at_line_end() const noexcept { return text_[position_] == '\n' || text_[position_] == '\r'; }
  void skip_line_end() noexcept;
  void poll();
  void read_plain_field();
  void read_quoted_field();
  void add_field(std::string_view text, std::size_t begin);
  std::string_view unescape(std::string_view quoted);
  std::string where(std::size_t offset_bytes) const;

  std::string_view text_;
  char separator_;
  const Cancellation& cancellation_;
  std::size_t position_ = 0;
  std::size_t poll_position_ = 0;
  std::size_t record_begin_bytes_ = 0;
  std::size_t record_end_bytes_ = 0;
  std::vector<Field> fields_;
  std::deque<std::string> unescaped_;  ///< a deque, because fields point into its strings while it grows
  std::size_t unescaped_used_ = 0;
};

}  // namespace platos::skill_csv
