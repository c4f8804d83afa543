// One database connection as repositories see it: prepared statements, parameters, rows.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/scope.hpp"
#include "secrets/key_ring.hpp"

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
    TimedOut,       ///< the server gave a statement up: a lock or the work took too long
    Disconnected,   ///< nothing of the transaction is there
    CommitUnknown,  ///< disconnected while committing: see Connection::was_committed()
    Other
  };
  SqlError(Kind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

/// Text that may come from users, models or tools, and where it stands. Stored as a BLOB whose first byte is its form:
/// see SealedTexts. `organization_id` says whose key seals it, where the statement runs for nobody's scope.
struct Sealed {
  std::string_view text;
  secrets::Place place;
  std::string_view organization_id = {};
};

/// A column of a row of this environment.
inline secrets::Place place(const model::Scope& scope, std::string_view column, std::string_view row) {
  return {column, scope.environment_id, row};
}

/// What a session speaks to. For the few statements that cannot be one text for all.
enum class Engine { Unspecified, Sqlite, Postgres };

/// Bytes as they are.
struct Blob {
  std::string_view bytes;
};

/// A statement parameter. Borrowed until the statement has run.
using Param = std::variant<std::nullptr_t, std::int64_t, std::string_view, Sealed, Blob>;
using Params = std::initializer_list<Param>;

/// One row of a result, valid inside the callback. Columns count from 0. A NULL reads as 0 or as empty text.
class Row {
 public:
  virtual ~Row() = default;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual std::string text(int column) const = 0;
  /// Text that was written as Sealed at this place. Throws SqlError(Corrupt) when it was not.
  virtual std::string unsealed(int column, const secrets::Place& place) const = 0;
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

  virtual Engine engine() const = 0;

  /// Runs a statement; the number of rows it changed.
  std::int64_t execute(const model::Scope& scope, std::string_view sql, Params params = {}) {
    return run({scope.environment_id, scope.organization_id}, sql, params);
  }
  std::int64_t execute(const model::SystemScope&, std::string_view sql, Params params = {}) {
    return run(kEverywhere, sql, params);
  }

  /// Whether the statement changes, or a SELECT finds, exactly `rows` rows. In a group of writes "true" may be said
  /// before it is known: should it turn out to be wrong, nothing of the group is committed, and its closures run again
  /// with the truth.
  [[nodiscard]] bool affirm(const model::Scope& scope, std::string_view sql, Params params, std::int64_t rows) {
    return expect({scope.environment_id, scope.organization_id}, sql, params, rows);
  }

  /// Runs a statement whose count of rows nobody asks for. It may travel with later ones; its error then surfaces
  /// there, or at the commit.
  void send(const model::Scope& scope, std::string_view sql, Params params) {
    post({scope.environment_id, scope.organization_id}, sql, params);
  }
  void send(const model::SystemScope&, std::string_view sql, Params params) { post(kEverywhere, sql, params); }

  /// What stands for words in an index that should not tell them: 16 hex digits each, by a key of the organization, the
  /// environment and `label`.
  virtual std::vector<std::string> hash_words(const model::Scope& scope, std::string_view label,
                                              const std::vector<std::string>& words) = 0;

  /// Runs a query; `each` is called for every row and returns false to stop.
  void query(const model::Scope& scope, std::string_view sql, Params params, const EachRow& each) {
    fetch({scope.environment_id, scope.organization_id}, sql, params, each);
  }
  void query(const model::SystemScope&, std::string_view sql, Params params, const EachRow& each) {
    fetch(kEverywhere, sql, params, each);
  }

 protected:
  /// For whom a statement runs.
  struct Tenant {
    std::string_view environment_id;
    std::string_view organization_id;
  };
  static constexpr Tenant kEverywhere = {"*", {}};  ///< no environment has this id
  virtual std::int64_t run(const Tenant& tenant, std::string_view sql, Params params) = 0;
  virtual void post(const Tenant& tenant, std::string_view sql, Params params) { run(tenant, sql, params); }
  virtual void fetch(const Tenant& tenant, std::string_view sql, Params params, const EachRow& each) = 0;
  virtual bool expect(const Tenant& tenant, std::string_view sql, Params params, std::int64_t rows) = 0;
};

}  // namespace platos::store
