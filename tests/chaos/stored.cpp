#include "chaos/stored.hpp"

#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "base/text.hpp"
#include "chaos/reader.hpp"
#include "secrets/key_ring.hpp"
#include "secrets/master_key.hpp"
#include "support/postgres.hpp"

namespace platos::tests::chaos {
namespace {

void add_data_keys(Reader& reader, platos::secrets::KeyRing& keys) {
  reader.query("SELECT CAST(number AS TEXT), org_id, master_id, wrapped FROM data_keys", [&](const Reader::Text& text) {
    const auto wrapped = platos::base::from_hex(text(3)).value_or("");
    const auto added = keys.add({std::stoll(text(0)), text(1), text(2), wrapped});
    if (!added) throw std::runtime_error(added.error().message);
  });
}

/// The text of a message; throws when it does not open where it stands.
std::string content_of(const platos::secrets::KeyRing& keys, const Reader::Text& text, int column) {
  const std::string blob = text(column);
  if (blob.empty() || blob.front() != 2) throw std::runtime_error("a message is not sealed");
  const auto opened = keys.open({"messages.content", text(column + 1), text(column + 2)}, blob.substr(1));
  if (!opened) throw std::runtime_error(opened.error().message);
  return *opened;
}

}  // namespace

Stored Stored::read(const std::string& database_file) {
  const auto opened = Reader::open(database_file);
  Reader& reader = *opened;
  Stored stored;
  reader.query("SELECT id, state, error_code, thread_id FROM runs", [&](const Reader::Text& text) {
    StoredRun& run = stored.runs[text(0)];
    run.state = text(1);
    run.error_code = text(2);
    run.thread_id = text(3);
  });
  const auto folder = std::filesystem::path(database_file).parent_path().string();
  auto masters = platos::secrets::load_master_keys({}, {}, folder, true);
  if (!masters) throw std::runtime_error(masters.error().message);
  platos::secrets::KeyRing keys(std::move(masters->current), std::move(masters->former));
  add_data_keys(reader, keys);
  reader.query("SELECT run_id, role, state, content, env_id, id FROM messages", [&](const Reader::Text& text) {
    StoredRun& run = stored.runs[text(0)];
    if (text(1) == "user") {
      ++run.user_messages;
      run.user_state = text(2);
    } else {
      ++run.answers;
      run.answer = content_of(keys, text, 3);
    }
  });
  reader.query("SELECT run_id, call_id, effect, state FROM tool_calls", [&](const Reader::Text& text) {
    stored.calls[text(0) + ":" + text(1)] = {text(0), text(2), text(3)};
  });
  reader.query("SELECT idempotency_key, run_id FROM idempotency_keys",
               [&](const Reader::Text& text) { stored.keys[text(0)] = text(1); });
  stored.broken = reader.faults();
  return stored;
}

void change_stored(const std::string& database_file, const std::string& sql) {
  if (on_postgres()) {
    PostgresServer::shared().run(std::filesystem::path(database_file).parent_path().filename().string(), sql);
    return;
  }
  sqlite3* handle = nullptr;
  const bool done = sqlite3_open(database_file.c_str(), &handle) == SQLITE_OK &&
                    sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
  const std::string why = done ? "" : sqlite3_errmsg(handle);
  sqlite3_close(handle);
  if (!done) throw std::runtime_error("SQLite: " + why);
}

void plant_plain_title(const std::string& database_file) {
  const std::string plain = on_postgres() ? "CAST('\\x01706c61696e' AS BYTEA)" : "x'01706c61696e'";
  change_stored(database_file, "UPDATE threads SET title = " + plain +
                                   "; INSERT INTO unsealed_tables (name) VALUES ('threads') ON CONFLICT DO NOTHING");
}

void plant_plain_threads(const std::string& database_file, const std::string& thread, int count) {
  const std::string title =
      on_postgres() ? "CAST('\\x01' AS BYTEA) || CAST('title ' || i AS BYTEA)" : "x'01' || CAST('title ' || i AS BLOB)";
  change_stored(
      database_file,
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + std::to_string(count) +
          ") INSERT INTO threads (id, env_id, agent_id, user_id, title, state, turn_count, created_us, updated_us) "
          "SELECT 'thr_old' || i, t.env_id, t.agent_id, t.user_id, " +
          title + ", t.state, 0, i, i FROM threads t, n WHERE t.id = '" + thread +
          "'; INSERT INTO unsealed_tables (name) VALUES ('threads') ON CONFLICT DO NOTHING");
}

int count_plain_titles(const std::string& database_file) {
  int count = 0;
  Reader::open(database_file)->query("SELECT title FROM threads", [&](const Reader::Text& text) {
    if (const std::string title = text(0); !title.empty() && title.front() < 2) ++count;
  });
  return count;
}

std::map<std::string, int> read_effects(const std::string& file) {
  std::map<std::string, int> effects;
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) ++effects[line];
  return effects;
}

}  // namespace platos::tests::chaos
