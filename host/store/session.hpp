// One database connection: prepared statements, parameters, rows.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

namespace platos::store {

/// Thrown by Session and the repositories; caught by Database, which turns it into an Error. Nothing else catches it.
class SqlError : public std::runtime_error {
 public:
  enum class Kind { Unspecified, Constraint, Full, Corrupt, Other };
  SqlError(Kind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

/// Text that may come from users, models or tools. Stored as a BLOB whose first byte is its form (1: plain).
struct Sealed {
  std::string_view text;
};

/// A statement parameter. Borrowed until the statement has run.
using Param = std::variant<std::nullptr_t, std::int64_t, std::string_view, Sealed>;

/// One row of a result, valid inside the callback. Columns count from 0. A NULL reads as 0 or as empty text.
class Row {
 public:
  virtual ~Row() = default;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual std::string text(int column) const = 0;
  /// Text that was written as Sealed. Throws SqlError(Corrupt) when the form is unknown.
  virtual std::string unsealed(int column) const = 0;
};

/// Bound to the thread that uses it. SQL is one text for all engines: parameters are $1, $2 ... and first appear in
/// this order; what engines do differently is asked of `dialect()`. Statements are prepared once and kept by their
/// text, so SQL is a literal, never assembled from values.
class Session {
 public:
  virtual ~Session() = default;

  /// Runs a statement; the number of rows it changed.
  virtual std::int64_t execute(std::string_view sql, std::initializer_list<Param> params = {}) = 0;

  /// Runs a query; `each` is called for every row and returns false to stop.
  virtual void query(std::string_view sql, std::initializer_list<Param> params,
                     const std::function<bool(const Row&)>& each) = 0;

  /// Runs several statements without parameters: migrations, pragmas.
  virtual void run_script(const std::string& script) = 0;

  enum class Dialect { Unspecified, Sqlite };
  virtual Dialect dialect() const = 0;
};

}  // namespace platos::store
