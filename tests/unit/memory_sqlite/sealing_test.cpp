// Nothing that a user said can be read in the files; and a file of the first version, where it could.
#include "memory_fixture.hpp"

#include <cstring>

#include "words.hpp"

using namespace platos::memory_sqlite_test;

namespace {

const std::string kWord = "xylophonequartz";
const std::string kNote = "marimbabasalt";
const std::vector<float> kVector = {0.123456F, -0.987654F, 0.5F, 0.25F};

std::string vector_bytes() {
  std::string bytes(kVector.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), kVector.data(), bytes.size());
  return bytes;
}

std::int64_t sdk_now_ns(const Running& running) { return platos::sdk::Host(running.host().table()).monotonic_ns(); }

bool holds(const std::string& folder, const std::string& text) {
  return bytes_in(folder).find(text) != std::string::npos;
}

/// memory.db as the first version made it: two spaces of "acme", one record each.
void make_first_version(const std::string& folder) {
  run_sql(folder, R"(
    CREATE TABLE spaces (
      space INTEGER PRIMARY KEY AUTOINCREMENT, tenant BLOB NOT NULL, collection BLOB NOT NULL,
      dimensions INTEGER NOT NULL, records INTEGER NOT NULL, vectors INTEGER NOT NULL, words INTEGER NOT NULL,
      UNIQUE (tenant, collection));
    CREATE TABLE records (
      record INTEGER PRIMARY KEY, space INTEGER NOT NULL, id BLOB NOT NULL, words INTEGER NOT NULL,
      metadata BLOB NOT NULL, content BLOB NOT NULL,
      UNIQUE (space, id));
    CREATE TABLE vectors (record INTEGER PRIMARY KEY, vector BLOB NOT NULL);
    CREATE VIRTUAL TABLE word_index USING fts5(words, content = '', tokenize = 'ascii');
    INSERT INTO spaces VALUES (1, CAST('acme' AS BLOB), CAST('notes' AS BLOB), 2, 1, 1, 2),
                              (2, CAST('acme' AS BLOB), CAST('other' AS BLOB), 0, 1, 0, 2);
    INSERT INTO records VALUES
      (1, 1, CAST('a' AS BLOB), 2, CAST('{"note":"marimbabasalt"}' AS BLOB), CAST('my xylophonequartz' AS BLOB)),
      (2, 2, CAST('b' AS BLOB), 2, CAST('{}' AS BLOB), CAST('your glockenspiel' AS BLOB));
    INSERT INTO vectors VALUES (1, X'0000803F00000000');
    INSERT INTO word_index (rowid, words) VALUES (1, '1xmy 1xxylophonequartz'), (2, '2xyour 2xglockenspiel');
    PRAGMA user_version = 1;)");
}

}  // namespace

TEST_CASE("texts, metadata, vectors and words are found by their tenant, and read by nobody in the files") {
  Fixture fixture;
  auto& memory = fixture.memory;
  REQUIRE(memory.upsert({{"m1", "the " + kWord + " plays", "{\"note\":\"" + kNote + "\"}", kVector}}) == PLATOS_OK);
  CHECK(fixture.found(kWord) == Ids{"m1"});
  CHECK(ids_of(memory.search({PLATOS_MEMORY_VECTOR, "", kVector})) == Ids{"m1"});
  CHECK(ids_of(memory.list(10, "", "{\"note\":\"" + kNote + "\"}")) == Ids{"m1"});
  const auto fetched = memory.fetch({"m1"});
  REQUIRE(fetched.size() == 1);
  CHECK(fetched[0].content == "the " + kWord + " plays");
  CHECK(fetched[0].vector == kVector);
  CHECK(holds(fixture.folder.path(), hash_of(fixture.running, memory, kWord)));
  for (const std::string& plain : {kWord, kNote, std::string("plays"), vector_bytes()})
    CHECK_FALSE(holds(fixture.folder.path(), plain));
}

TEST_CASE("a text that is moved to another record, or another space, does not open") {
  Fixture fixture;
  MemoryDriver other(fixture.running.instance(), "acme", "other");
  REQUIRE(fixture.memory.upsert({{"m1", "one"}, {"m2", "two"}}) == PLATOS_OK);
  REQUIRE(other.upsert({{"m1", "three"}}) == PLATOS_OK);
  run_sql(fixture.folder.path(), "UPDATE records SET content = (SELECT content FROM records WHERE record = 2)");
  CHECK(fixture.memory.fetch({"m1"}).empty());
  CHECK(fixture.memory.status == PLATOS_DATA_LOSS);
  CHECK(fixture.memory.fetch({"m2"}).size() == 1);
  other.fetch({"m1"});
  CHECK(other.status == PLATOS_DATA_LOSS);
}

TEST_CASE("a large space of the first version is sealed in steps, each of which stays when the call has no more time") {
  const TempDir folder;
  make_first_version(folder.path());
  run_sql(folder.path(), R"(
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 950)
    INSERT INTO records SELECT 100 + i, 1, CAST('old' || i AS BLOB), 1, CAST('{}' AS BLOB),
      CAST('glockenspiel' || i AS BLOB) FROM n;
    INSERT INTO word_index (rowid, words) SELECT record, '1x' || CAST(content AS TEXT) FROM records WHERE record > 100;
    UPDATE spaces SET records = 951, words = 952 WHERE space = 1;)");
  const auto readable = [&] {
    int count = 0;
    sqlite3* handle = nullptr;
    sqlite3_open((folder.path() + "/memory.db").c_str(), &handle);
    sqlite3_exec(
        handle, "SELECT count(*) FROM records WHERE sealed = 0 AND space = 1",
        [](void* out, int, char** values, char**) {
          *static_cast<int*>(out) = std::stoi(values[0]);
          return 0;
        },
        &count, nullptr);
    sqlite3_close(handle);
    return count;
  };
  Running running(folder.path());
  MemoryDriver memory(running.instance());
  int calls = 0;
  do {
    memory.call.deadline_ns = sdk_now_ns(running) + 3'000'000;
    const int before = calls == 0 ? 951 : readable();
    memory.list(1);
    if (memory.status == PLATOS_DEADLINE) CHECK(readable() <= before);
    REQUIRE(++calls < 2'000);
  } while (memory.status == PLATOS_DEADLINE);
  REQUIRE(memory.status == PLATOS_OK);
  CHECK(readable() == 0);
  memory.call.deadline_ns = std::numeric_limits<std::int64_t>::max();
  CHECK(ids_of(memory.search({PLATOS_MEMORY_KEYWORD, "glockenspiel777"})) == Ids{"old777"});
  CHECK(memory.list().size() == 951);
  CHECK_FALSE(holds(folder.path(), "glockenspiel77"));
}

TEST_CASE("a space of the first version is sealed when it is used, and its words go from the files") {
  const TempDir folder;
  make_first_version(folder.path());
  REQUIRE(holds(folder.path(), kWord));
  {
    Running running(folder.path());
    MemoryDriver memory(running.instance());
    CHECK(ids_of(memory.search({PLATOS_MEMORY_KEYWORD, kWord})) == Ids{"a"});
    CHECK_FALSE(holds(folder.path(), kWord));
    CHECK_FALSE(holds(folder.path(), kNote));
    CHECK(holds(folder.path(), "glockenspiel"));  // of a space that nobody has asked for yet
    const auto fetched = memory.fetch({"a"});
    REQUIRE(fetched.size() == 1);
    CHECK(fetched[0].content == "my " + kWord);
    CHECK(fetched[0].metadata_json == "{\"note\":\"" + kNote + "\"}");
    CHECK(fetched[0].vector == std::vector<float>{1, 0});
  }
  Running again(folder.path());
  MemoryDriver memory(again.instance());
  MemoryDriver other(again.instance(), "acme", "other");
  CHECK(ids_of(memory.search({PLATOS_MEMORY_KEYWORD, kWord})) == Ids{"a"});
  CHECK(ids_of(other.search({PLATOS_MEMORY_KEYWORD, "glockenspiel"})) == Ids{"b"});
  CHECK_FALSE(holds(folder.path(), "glockenspiel"));
  CHECK(memory.remove({"a"}) == 1);
  CHECK(memory.search({PLATOS_MEMORY_KEYWORD, kWord}).empty());
}
