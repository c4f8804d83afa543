// The sessions that read: lent, made anew when they are broken, and not asked for in vain.
#include "store/database.hpp"

namespace platos::store {
namespace {

constexpr std::int64_t kReadersWaitMs = 1'000;

}  // namespace

Database::ReaderLease Database::borrow_reader() {
  std::unique_ptr<Connection> connection;
  {
    const std::lock_guard lock(readers_mutex_);
    if (!idle_readers_.empty()) {
      connection = std::move(idle_readers_.back());
      idle_readers_.pop_back();
    }
  }
  ReaderLease lease{*this, std::move(connection)};
  if (!lease.connection || lease.connection->is_broken()) open_reader(lease.connection);
  return lease;
}

void Database::open_reader(std::unique_ptr<Connection>& connection) {
  const SqlError gone(SqlError::Kind::Disconnected, "no connection for reading");
  if (readers_wait()) throw gone;
  try {
    if (connection) {
      if (!connection->reconnect()) throw gone;
      return;
    }
    connection = connect(options_, false);
    connection->bound_waits(options_.timeout_ms, give_up_at_);
  } catch (const SqlError& failure) {
    if (failure.kind() == SqlError::Kind::Disconnected) readers_wait_until_ = monotonic_ms() + kReadersWaitMs;
    throw;
  }
}

// Behind readers that are all held up, as by a lock, nobody waits longer than for an answer.
Result<void> Database::refuse_late(std::int64_t asked_ms) const {
  if (!is_shared() || options_.timeout_ms == 0 || monotonic_ms() - asked_ms < options_.timeout_ms) return {};
  if (!writable()) return fail(refusal());
  return fail(overloaded("all sessions that read the database are busy; try again"));
}

Database::ReaderLease::~ReaderLease() {
  if (!connection) return;
  connection->rollback();  // a read has nothing to commit
  const std::lock_guard lock(owner.readers_mutex_);
  owner.idle_readers_.push_back(std::move(connection));
}

}  // namespace platos::store
