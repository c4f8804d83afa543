#include "store/postgres_values.hpp"

#include <libpq-fe.h>

#include <charconv>

#include "base/text.hpp"

namespace platos::store {
namespace {

constexpr int kBinary = 1;

std::string big_endian(std::int64_t number) {
  std::string bytes(sizeof number, '\0');
  auto rest = static_cast<std::uint64_t>(number);
  for (std::size_t i = bytes.size(); i-- > 0; rest >>= 8) bytes[i] = static_cast<char>(rest & 0xFF);
  return bytes;
}

bool is_storable(std::string_view text) {
  return text.find('\0') == std::string_view::npos && base::is_valid_utf8(text);
}

std::string replaced(std::string_view text) {
  std::string storable;
  for (const char c : text) {
    storable += c > '\0' && c < '\x7F' ? std::string_view(&c, 1) : std::string_view("\xEF\xBF\xBD");
  }
  return storable;
}

SqlError::Kind kind_of(std::string_view state) {
  const std::string_view group = state.substr(0, 2);
  if (state.empty() || group == "08" || state == "57P01" || state == "57P02" || state == "57P03" || state == "53300") {
    return SqlError::Kind::Disconnected;
  }
  if (group == "23") return SqlError::Kind::Constraint;
  if (state == "40001" || state == "40P01") return SqlError::Kind::Conflict;
  if (state == "57014" || state == "55P03") return SqlError::Kind::TimedOut;
  if (state == "53100" || state == "53200") return SqlError::Kind::Full;
  if (group == "XX") return SqlError::Kind::Corrupt;
  return SqlError::Kind::Other;
}

}  // namespace

PostgresValues::PostgresValues(Params params, SealedTexts& texts, std::string_view organization) {
  owned_.reserve(params.size());  // data_ points into it
  for (const auto& param : params) {
    std::string_view bytes;
    bool null = false;
    if (const auto* number = std::get_if<std::int64_t>(&param)) {
      bytes = owned_.emplace_back(big_endian(*number));
    } else if (const auto* text = std::get_if<std::string_view>(&param)) {
      bytes = text->data() == nullptr ? std::string_view("") : *text;
      if (!is_storable(bytes)) bytes = owned_.emplace_back(replaced(bytes));
    } else if (const auto* sealed = std::get_if<Sealed>(&param)) {
      bytes = owned_.emplace_back(texts.write(organization, *sealed));
    } else if (const auto* blob = std::get_if<Blob>(&param)) {
      bytes = blob->bytes;
    } else {
      null = true;
    }
    data_.push_back(null ? nullptr : bytes.data());
    lengths_.push_back(static_cast<int>(bytes.size()));
    formats_.push_back(kBinary);
  }
}

std::string_view PostgresRow::bytes(int column) const {
  return {PQgetvalue(result_, row_, column), static_cast<std::size_t>(PQgetlength(result_, row_, column))};
}

bool PostgresRow::is_null(int column) const { return PQgetisnull(result_, row_, column) != 0; }

std::int64_t PostgresRow::integer(int column) const {
  const std::string_view value = bytes(column);
  if (value.empty()) return 0;
  // The first byte carries the sign; BOOL, INT2, INT4 and INT8 differ only in their length.
  std::int64_t number = static_cast<signed char>(value.front());
  for (const char byte : value.substr(1)) {
    number = static_cast<std::int64_t>(static_cast<std::uint64_t>(number) << 8 | static_cast<unsigned char>(byte));
  }
  return number;
}

std::string PostgresRow::unsealed(int column, const secrets::Place& place) const {
  return is_null(column) ? std::string() : texts_.read(place, bytes(column));
}

std::int64_t changed_rows(const pg_result* result) {
  const std::string_view text = PQcmdTuples(const_cast<pg_result*>(result));
  std::int64_t rows = 0;
  std::from_chars(text.data(), text.data() + text.size(), rows);
  return rows;
}

SqlError postgres_error(const pg_result* result, const std::string& message, std::string_view sql) {
  const char* found = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const std::string state = found == nullptr ? "" : found;
  const char* primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const std::string said(base::trim(primary == nullptr ? message : std::string(primary)));
  // Only the primary message: the detail of a constraint repeats the values of the row.
  return {kind_of(state), "PostgreSQL: " + said + " (SQLSTATE " + (state.empty() ? "none" : state) +
                              ") in: " + std::string(sql.substr(0, 120))};
}

}  // namespace platos::store
