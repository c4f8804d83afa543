#include "tables.hpp"

#include <cstring>

namespace platos::records {
namespace {

/// Pages of the index that one merge step may write.
constexpr std::int64_t kMergePages = 64;
/// Records that one step of sealing an old space may take.
constexpr std::int64_t kSealedAtOnce = 100;

std::vector<float> floats_of(std::string_view bytes) {
  std::vector<float> out(bytes.size() / sizeof(float));
  if (!out.empty()) std::memcpy(out.data(), bytes.data(), out.size() * sizeof(float));
  return out;
}

std::string_view bytes_of(std::span<const float> vector) {
  return {reinterpret_cast<const char*>(vector.data()), vector.size_bytes()};
}

}  // namespace

std::optional<Space> Tables::find_space() {
  Statement statement = connection_.prepare(
      "SELECT space, dimensions, records, vectors, words, sealed FROM spaces WHERE tenant = ?1 AND collection = ?2");
  statement.bind(seal_.space().tenant).bind(seal_.space().collection);
  if (!statement.step()) return std::nullopt;
  return Space{statement.integer(0), statement.integer(1), statement.integer(2),
               statement.integer(3), statement.integer(4), statement.integer(5) != 0};
}

Space Tables::make_space() {
  connection_
      .prepare(
          "INSERT INTO spaces (tenant, collection, dimensions, records, vectors, words, sealed) "
          "VALUES (?1, ?2, 0, 0, 0, 0, 1)")
      .bind(seal_.space().tenant)
      .bind(seal_.space().collection)
      .run();
  Space made;
  made.number = sqlite3_last_insert_rowid(connection_.handle());
  return made;
}

void Tables::save(const Space& space) {
  if (space.records == 0) {
    connection_.prepare("DELETE FROM spaces WHERE space = ?1").bind(space.number).run();
    return;
  }
  connection_.prepare("UPDATE spaces SET dimensions = ?1, records = ?2, vectors = ?3, words = ?4 WHERE space = ?5")
      .bind(space.dimensions)
      .bind(space.records)
      .bind(space.vectors)
      .bind(space.words)
      .bind(space.number)
      .run();
}

std::optional<std::int64_t> Tables::find_record(const Space& space, std::string_view id) {
  Statement statement = connection_.prepare("SELECT record FROM records WHERE space = ?1 AND id = ?2");
  statement.bind(space.number).bind(id);
  return statement.step() ? std::optional(statement.integer(0)) : std::nullopt;
}

std::int64_t Tables::put(Space& space, const sdk::MemoryRecord& record) {
  const std::vector<std::string> words = session_.splitter.words(record.content);
  const auto count = static_cast<std::int64_t>(words.size());
  const auto known = find_record(space, record.id);
  if (known) erase(space, *known);
  const std::string metadata = seal_.seal(record.id, "metadata", record.metadata_json);
  const std::string content = seal_.seal(record.id, "content", record.content);
  // Keeping the row keeps what refers to it.
  Statement statement = connection_.prepare(
      "INSERT INTO records (record, space, id, words, metadata, content, sealed) "
      "VALUES (nullif(?1, 0), ?2, ?3, ?4, ?5, ?6, 1)");
  statement.bind(known.value_or(0)).bind(space.number).bind(record.id).bind(count);
  statement.bind(metadata).bind(content).run();
  const std::int64_t row = known.value_or(sqlite3_last_insert_rowid(connection_.handle()));
  index_words(row, indexed_text(space.number, seal_.hashed(words)));
  ++space.records;
  space.words += count;
  if (!record.vector.empty()) put_vector(space, row, record);
  return row;
}

void Tables::put_vector(Space& space, std::int64_t record, const sdk::MemoryRecord& given) {
  const std::string sealed = seal_.seal(given.id, "vector", bytes_of(given.vector));
  connection_.prepare("INSERT INTO vectors (record, vector) VALUES (?1, ?2)").bind(record).bind(sealed).run();
  space.dimensions = static_cast<std::int64_t>(given.vector.size());
  ++space.vectors;
}

bool Tables::erase_vector(std::int64_t record) {
  connection_.prepare("DELETE FROM vectors WHERE record = ?1").bind(record).run();
  return sqlite3_changes64(connection_.handle()) > 0;
}

void Tables::erase(Space& space, std::int64_t record) {
  {
    Statement statement = connection_.prepare("SELECT words, id, content FROM records WHERE record = ?1");
    if (!statement.bind(record).step()) return;
    space.words -= statement.integer(0);
    unindex_words(record, hashed_text(space, seal_.open(statement.bytes(1), "content", statement.bytes(2))));
  }
  connection_.prepare("DELETE FROM records WHERE record = ?1").bind(record).run();
  --space.records;
  if (erase_vector(record)) --space.vectors;
}

std::string Tables::hashed_text(const Space& space, std::string_view content) {
  return indexed_text(space.number, seal_.hashed(session_.splitter.words(content)));
}

void Tables::index_words(std::int64_t record, const std::string& text) {
  connection_.prepare("INSERT INTO word_index (rowid, words) VALUES (?1, ?2)").bind(record).bind_text(text).run();
}

void Tables::unindex_words(std::int64_t record, const std::string& text) {
  has_unindexed_ = true;
  // A contentless table has to be told what it holds.
  connection_.prepare("INSERT INTO word_index (word_index, rowid, words) VALUES ('delete', ?1, ?2)")
      .bind(record)
      .bind_text(text)
      .run();
}

bool Tables::seal_some(const Space& space) {
  const auto rows = readable_rows(space);
  for (const std::int64_t record : rows) seal_record(space, record);
  return !rows.empty();
}

void Tables::mark_sealed(const Space& space) {
  connection_.prepare("UPDATE spaces SET sealed = 1 WHERE space = ?1").bind(space.number).run();
}

std::vector<std::int64_t> Tables::readable_rows(const Space& space) {
  Statement statement = connection_.prepare("SELECT record FROM records WHERE space = ?1 AND sealed = 0 LIMIT ?2");
  statement.bind(space.number).bind(kSealedAtOnce);
  std::vector<std::int64_t> rows;
  while (statement.step()) rows.push_back(statement.integer(0));
  return rows;
}

void Tables::seal_record(const Space& space, std::int64_t record) {
  // Copies: the row is written while it would still be read.
  std::string id;
  std::string metadata;
  std::string content;
  std::string vector;
  {
    Statement statement = connection_.prepare(
        "SELECT id, metadata, content, vector FROM records LEFT JOIN vectors USING (record) WHERE record = ?1");
    if (!statement.bind(record).step()) return;
    id = statement.bytes(0);
    metadata = statement.bytes(1);
    content = statement.bytes(2);
    vector = statement.bytes(3);
  }
  const std::vector<std::string> words = session_.splitter.words(content);
  unindex_words(record, indexed_text(space.number, words));
  index_words(record, indexed_text(space.number, seal_.hashed(words)));
  const std::string sealed_metadata = seal_.seal(id, "metadata", metadata);
  const std::string sealed_content = seal_.seal(id, "content", content);
  connection_.prepare("UPDATE records SET metadata = ?1, content = ?2, sealed = 1 WHERE record = ?3")
      .bind(sealed_metadata)
      .bind(sealed_content)
      .bind(record)
      .run();
  if (vector.empty()) return;
  const std::string sealed_vector = seal_.seal(id, "vector", vector);
  connection_.prepare("UPDATE vectors SET vector = ?1 WHERE record = ?2").bind(sealed_vector).bind(record).run();
}

bool Tables::merge_index() {
  // A savepoint makes FTS5 write down what it still has in memory, the deletion markers among it.
  connection_.run("SAVEPOINT written; RELEASE written");
  const std::int64_t before = sqlite3_total_changes64(connection_.handle());
  // A negative number merges segments of all levels, which alone gets rid of what deletion markers hide.
  connection_.prepare("INSERT INTO word_index (word_index, rank) VALUES ('merge', ?1)").bind(-kMergePages).run();
  return sqlite3_total_changes64(connection_.handle()) - before >= 2;
}

void Tables::for_each(const Space& space, const std::function<bool(const RecordHead&)>& visit) {
  Statement statement = connection_.prepare("SELECT record, id, metadata FROM records WHERE space = ?1 ORDER BY id");
  statement.bind(space.number);
  while (statement.step()) {
    if (!visit({statement.integer(0), statement.bytes(1), statement.bytes(2), &seal_})) return;
  }
}

void Tables::for_each_vector(
    const Space& space,
    const std::function<void(std::int64_t record, std::string_view id, std::span<const float>)>& visit) {
  Statement statement = connection_.prepare(
      "SELECT record, id, vector FROM records JOIN vectors USING (record) WHERE space = ?1 ORDER BY id");
  statement.bind(space.number);
  while (statement.step()) {
    const std::string_view id = statement.bytes(1);
    visit(statement.integer(0), id, floats_of(seal_.open(id, "vector", statement.bytes(2))));
  }
}

std::vector<StoredRecord> Tables::page(const Space& space, std::string_view after, std::uint32_t limit) {
  Statement statement = connection_.prepare(
      "SELECT id, metadata, content FROM records WHERE space = ?1 AND id > ?2 ORDER BY id LIMIT ?3");
  statement.bind(space.number).bind(after).bind(static_cast<std::int64_t>(limit));
  std::vector<StoredRecord> out;
  while (statement.step()) out.push_back(opened(statement));
  return out;
}

bool Tables::visit_head(const Space& space, std::int64_t record, const std::function<void(const RecordHead&)>& visit) {
  Statement statement = connection_.prepare("SELECT id, metadata FROM records WHERE record = ?1 AND space = ?2");
  if (!statement.bind(record).bind(space.number).step()) return false;
  visit({record, statement.bytes(0), statement.bytes(1), &seal_});
  return true;
}

StoredRecord Tables::opened(Statement& row) const {
  const std::string id(row.bytes(0));
  return {id, seal_.open(id, "content", row.bytes(2)), seal_.open(id, "metadata", row.bytes(1)), {}};
}

StoredRecord Tables::read(std::int64_t record) {
  Statement statement = connection_.prepare("SELECT id, metadata, content FROM records WHERE record = ?1");
  if (!statement.bind(record).step()) throw sdk::Error(PLATOS_DATA_LOSS, "memory.db: an index names a missing record");
  return opened(statement);
}

std::vector<float> Tables::vector_of(std::int64_t record) {
  Statement statement =
      connection_.prepare("SELECT id, vector FROM records JOIN vectors USING (record) WHERE record = ?1");
  if (!statement.bind(record).step()) return {};
  return floats_of(seal_.open(statement.bytes(0), "vector", statement.bytes(1)));
}

std::vector<std::pair<double, std::int64_t>> Tables::match(const Space& space, std::string_view text) {
  std::vector<std::pair<double, std::int64_t>> out;
  const std::string expression = any_of(space.number, seal_.hashed(session_.splitter.words(text)));
  if (expression.empty()) return out;
  Statement statement =
      connection_.prepare("SELECT space_bm25(word_index, ?1, ?2), rowid FROM word_index WHERE word_index MATCH ?3");
  statement.bind(space.records).bind(space.words).bind_text(expression);
  while (statement.step()) out.emplace_back(statement.real(0), statement.integer(1));
  return out;
}

}  // namespace platos::records
