#include <catch2/catch.hpp>
#include <chrono>
#include <fstream>
#include <thread>

#include "store_fixture.hpp"

namespace platos::store {
namespace {

struct FullFixture : DatabaseFixture {
  FullFixture() {
    options.max_bytes = 1024 * 1024;
    REQUIRE(open());
    REQUIRE(run("CREATE TABLE blobs (b BLOB)"));
  }
  Result<void> put() { return run("INSERT INTO blobs VALUES (randomblob(30000))"); }
  Result<void> fill() {
    for (int i = 0; i < 100; ++i) {
      if (const auto done = put(); !done) return done;
    }
    return {};
  }
};

}  // namespace

TEST_CASE("A full database refuses writes with storage_full, is read as before, and recovers when there is space",
          "[sqlite]") {
  FullFixture f;
  const auto full = f.fill();
  REQUIRE_FALSE(full);
  CHECK(full.error().kind == ErrorKind::Unavailable);
  CHECK(full.error().code == "storage_full");
  CHECK(full.error().retryable);
  CHECK_FALSE(f.database->writable());
  const auto rows = *f.number("SELECT COUNT(*) FROM blobs");
  CHECK(rows > 0);
  REQUIRE(f.run("DELETE FROM blobs"));
  CHECK(f.database->writable());
  CHECK(f.put());
  CHECK(*f.number("SELECT COUNT(*) FROM blobs") == 1);
}

TEST_CASE("A database stays read-only as long as nothing fits", "[sqlite]") {
  FullFixture f;
  REQUIRE_FALSE(f.fill());
  REQUIRE_FALSE(f.database->writable());
  // The writer looks each second; it may not find space where there is none.
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(2500);
  bool writable = false;
  while (!writable && std::chrono::steady_clock::now() < end) {
    writable = f.database->writable();
    std::this_thread::yield();
  }
  CHECK_FALSE(writable);
}

TEST_CASE("A file that is no database is database_unusable and names the file", "[sqlite]") {
  DatabaseFixture f;
  std::ofstream(f.folder.database()) << std::string(8192, 'x');
  const auto opened = f.open();
  REQUIRE_FALSE(opened);
  CHECK(opened.error().kind == ErrorKind::DataLoss);
  CHECK(opened.error().code == "database_unusable");
  CHECK(opened.error().message.find(f.folder.database()) == 0);
}

TEST_CASE("A folder that is missing is database_unusable, and that is said at once", "[sqlite][finding]") {
  DatabaseFixture f;
  f.options.directory = f.folder.path() + "/missing";
  const auto started = f.clock.monotonic_us();
  const auto opened = f.open();
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code == "database_unusable");
  CHECK(f.clock.monotonic_us() - started < 10'000'000);
}

}  // namespace platos::store
