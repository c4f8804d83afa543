// One database connection as Database and the migrations see it: a session with transactions and upkeep.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "store/sealed_texts.hpp"
#include "store/session.hpp"

namespace platos::store {

struct Migration {
  std::int64_t version;
  std::string_view name;
  std::string_view script;
};

/// Bound to the thread that uses it. Everything throws SqlError.
class Connection : public Session {
 public:
  /// Who holds a connection, and not only a session, may work across tenants.
  static model::SystemScope everywhere() { return {}; }

  /// Texts are sealed from now on.
  void use_keys(secrets::KeyRing& keys) { texts_.use(keys); }
  std::vector<std::string> hash_words(const model::Scope& scope, std::string_view label,
                                      const std::vector<std::string>& words) override {
    return texts_.hash(scope, label, words);
  }

  virtual void begin_write() = 0;
  /// One snapshot of what was committed; statements cannot write.
  virtual void begin_read() = 0;
  /// CommitUnknown when the connection broke and nobody said how it ended.
  virtual void commit() = 0;
  /// Never throws: a transaction that the engine or a broken connection ended already is rolled back.
  virtual void rollback() noexcept = 0;
  /// Waits for what was sent, and throws its error; also when an affirm() was answered wrongly.
  virtual void settle() {}
  /// Whether affirm() may answer before it knows. Not at first.
  virtual void answer_early(bool /*early*/) {}
  /// Runs several statements without parameters: savepoints, migrations, pragmas.
  virtual void run_script(const std::string& script) = 0;

  /// From now on no answer of a server is waited for longer than so, and none beyond `give_up_at`, once it is not 0.
  /// One that is silent for so long is taken to be gone.
  virtual void bound_waits(std::int64_t /*answer_ms*/, const std::atomic<std::int64_t>& /*give_up_at*/) {}
  virtual bool is_broken() const { return false; }
  /// Makes a broken connection anew; false when the database cannot be reached. Returns at once when nothing is broken.
  virtual bool reconnect() { return true; }
  /// From now on every write transaction leaves a mark of this host, by which was_committed() knows its own.
  virtual void mark_commits(const std::string& /*host_id*/) {}
  /// After CommitUnknown and reconnect(): how the last commit ended.
  virtual bool was_committed() { return false; }
  /// Throws unless something can be written.
  virtual void probe_space() = 0;
  /// Upkeep between commits; `idle`: nobody waits for the writer.
  virtual void maintain(bool /*idle*/) {}

  /// Takes what was deleted or replaced out of the files. Outside of transactions; it may take long.
  virtual void compact() {}

  /// The history of this engine's schema.
  virtual const std::vector<Migration>& migrations() const = 0;
  /// Keeps other hosts from migrating at the same time, until the connection closes or unlock_schema().
  virtual void lock_schema() {}
  virtual void unlock_schema() {}
  /// Writes a copy of the database, where the engine has no backup of its own.
  virtual void save_copy(const std::string& /*path*/) {}

 protected:
  SealedTexts texts_{*this};
};

}  // namespace platos::store
