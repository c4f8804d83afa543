// What is really there: the rows of the database and the lines that tools left, read past the daemon.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace platos::tests::chaos {

struct StoredRun {
  std::string state;
  std::string error_code;
  std::string thread_id;
  std::string user_state;  ///< of the user's message; empty: there is none
  int user_messages = 0;
  int answers = 0;
  std::string answer;
  bool is_final() const { return state == "completed" || state == "failed" || state == "canceled"; }
};

struct StoredCall {
  std::string run_id;
  std::string effect;
  std::string state;
};

/// A copy of the rows; throws std::runtime_error when they cannot be read.
struct Stored {
  std::map<std::string, StoredRun> runs;    ///< by run id
  std::map<std::string, StoredCall> calls;  ///< the effect ledger, by "<run>:<call>"
  std::map<std::string, std::string> keys;  ///< Idempotency-Key -> run id
  std::vector<std::string> broken;          ///< what the engine's own check finds

  static Stored read(const std::string& database_file);
};

/// Statements past the daemon, in the database that `database_file` stands for (see Reader).
void change_stored(const std::string& database_file, const std::string& sql);
/// So many threads like this one, named thr_old1 and on, with titles "title 1" and on as they were before there were
/// keys. Nobody may have the database open.
void plant_plain_threads(const std::string& database_file, const std::string& thread, int count);
/// Makes the titles of all threads what they were before there were keys. Nobody may have the database open.
void plant_plain_title(const std::string& database_file);
/// Threads whose title is not sealed.
int count_plain_titles(const std::string& database_file);

/// "<tool> <run>:<call>" -> how often.
std::map<std::string, int> read_effects(const std::string& file);

}  // namespace platos::tests::chaos
