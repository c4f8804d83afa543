// What goes to and comes from libpq: parameters, rows, errors.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "store/sealed_texts.hpp"

struct pg_result;

namespace platos::store {

/// Parameters in PostgreSQL's binary format: BIGINT, TEXT, BYTEA. Types are inferred by the server, so a number may
/// only stand where a BIGINT is expected. Borrows the texts of `params`.
///
/// TEXT holds no NUL and nothing but UTF-8: in a text that is neither, U+FFFD stands for each byte that is not ASCII,
/// so that what a client asks for is not found instead of an error. What is stored was checked before.
class PostgresValues {
 public:
  PostgresValues(Params params, SealedTexts& texts, std::string_view organization);
  int count() const { return static_cast<int>(data_.size()); }
  const char* const* data() const { return data_.data(); }
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  std::vector<std::string> owned_;
  std::vector<const char*> data_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

/// One row of a result in binary format. Borrows the result.
class PostgresRow final : public Row {
 public:
  PostgresRow(const pg_result* result, int row, SealedTexts& texts) : result_(result), row_(row), texts_(texts) {}
  bool is_null(int column) const override;
  std::int64_t integer(int column) const override;
  std::string text(int column) const override { return std::string(bytes(column)); }
  std::string unsealed(int column, const secrets::Place& place) const override;

 private:
  std::string_view bytes(int column) const;
  const pg_result* result_;
  int row_;
  SealedTexts& texts_;
};

/// Rows that a statement changed.
std::int64_t changed_rows(const pg_result* result);

/// What a failed result means. `result` may be null when the connection broke; `message` is the connection's then.
SqlError postgres_error(const pg_result* result, const std::string& message, std::string_view sql);

}  // namespace platos::store
