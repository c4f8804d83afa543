#include "chaos/stored.hpp"

#include <sqlite3.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "base/text.hpp"
#include "chaos/reader.hpp"
#include "secrets/key_ring.hpp"
#include "secrets/master_key.hpp"

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

void plant_plain_title(const std::string& database_file) {
  sqlite3* handle = nullptr;
  const char* sql =
      "UPDATE threads SET title = x'01706c61696e'; INSERT OR IGNORE INTO unsealed_tables (name) VALUES ('threads');";
  const bool done = sqlite3_open(database_file.c_str(), &handle) == SQLITE_OK &&
                    sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK;
  sqlite3_close(handle);
  if (!done) throw std::runtime_error("the plain title could not be planted");
}

int count_plain_titles(const std::string& database_file) {
  int count = 0;
  Reader::open(database_file)->query("SELECT id FROM threads WHERE title < x'02'", [&](const Reader::Text&) {
    ++count;
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
