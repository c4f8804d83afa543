// One database connection as repositories see it: prepared statements, parameters, rows.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>

#include "model/scope.hpp"

namespace platos::store {

/// Thrown by Session and the repositories; caught by Database, which turns it into an Error. Nothing else catches it.
class SqlError : public std::runtime_error {
 public:
  enum class Kind {
    Unspecified,
    Constraint,
    Full,
    Corrupt,
    Conflict,       ///< with another transaction: the whole transaction may be tried again
    Disconnected,   ///< nothing of the transaction is there
    CommitUnknown,  ///< disconnected while committing: see Connection::was_committed()
    Other
  };
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
using Params = std::initializer_list<Param>;

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
using EachRow = std::function<bool(const Row&)>;

/// Bound to the thread that uses it. SQL is one text for all engines: parameters are $1, $2 ... and first appear in
/// this order. Statements are prepared once and kept by their text, so SQL is a literal, never assembled from values.
///
/// Every statement says for whom it runs. The repositories put the environment into the statement; where the engine can
/// (row-level security of PostgreSQL), the connection holds the statement to it as well.
class Session {
 public:
  virtual ~Session() = default;

  /// Runs a statement; the number of rows it changed.
  std::int64_t execute(const model::Scope& scope, std::string_view sql, Params params = {}) {
    return run(scope.environment_id, sql, params);
  }
  std::int64_t execute(const model::SystemScope&, std::string_view sql, Params params = {}) {
    return run(kEverywhere, sql, params);
  }

  /// Runs a statement whose count of rows nobody asks for. It may travel with later ones; its error then surfaces
  /// there, or at the commit.
  void send(const model::Scope& scope, std::string_view sql, Params params) { post(scope.environment_id, sql, params); }
  void send(const model::SystemScope&, std::string_view sql, Params params) { post(kEverywhere, sql, params); }

  /// Runs a query; `each` is called for every row and returns false to stop.
  void query(const model::Scope& scope, std::string_view sql, Params params, const EachRow& each) {
    fetch(scope.environment_id, sql, params, each);
  }
  void query(const model::SystemScope&, std::string_view sql, Params params, const EachRow& each) {
    fetch(kEverywhere, sql, params, each);
  }

 protected:
  static constexpr std::string_view kEverywhere = "*";  ///< no environment has this id
  virtual std::int64_t run(std::string_view environment, std::string_view sql, Params params) = 0;
  virtual void post(std::string_view environment, std::string_view sql, Params params) {
    run(environment, sql, params);
  }
  virtual void fetch(std::string_view environment, std::string_view sql, Params params, const EachRow& each) = 0;
};

}  // namespace platos::store
