// Instances of memory-sqlite in a folder of the test's own.
#pragma once

#include <sqlite3.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "contract/memory_driver.hpp"
#include "platos/cpp/testing/fake_host.hpp"
#include "platos/cpp/testing/fake_services.hpp"
#include "space_seal.hpp"
#include "support/temp_dir.hpp"

namespace platos::memory_sqlite_test {

using contract::Asked;
using contract::Given;
using contract::ids_of;
using contract::MemoryDriver;
using tests::TempDir;
using Ids = std::vector<std::string>;

/// An instance over a folder.
class Running {
 public:
  explicit Running(const std::string& folder, const std::string& config_json = "{}")
      : state_(host_, folder), seal_(host_), instance_(host_, platos_plugin_v1, "sqlite", config_json) {}

  const sdk::testing::FakeInstance& instance() const { return instance_; }
  const sdk::testing::FakeHost& host() const { return host_; }

 private:
  sdk::testing::FakeHost host_;
  sdk::testing::FakeStateDir state_;
  sdk::testing::FakeSeal seal_;
  sdk::testing::FakeInstance instance_;
};

inline void run_sql(const std::string& folder, const char* sql) {
  sqlite3* handle = nullptr;
  REQUIRE(sqlite3_open((folder + "/memory.db").c_str(), &handle) == SQLITE_OK);
  CHECK(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(handle);
}

/// Of all files.
inline std::string bytes_in(const std::string& folder) {
  std::string all;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    all.append(std::istreambuf_iterator<char>(file), {});
  }
  return all;
}

/// The end of what the full-text index keeps of a word: what a word shares with the one before is left out there.
inline std::string hash_of(const Running& running, MemoryDriver& memory, const std::string& word) {
  const sdk::Sealer sealer{sdk::Host(running.host().table())};
  const sdk::Call call(running.host().table(), &memory.call, &memory.error);
  const sdk::MemorySpace space{};
  return records::SpaceSeal(sealer, call, space).hashed({word}).front().substr(4);
}

/// A folder, an instance, and one space.
struct Fixture {
  TempDir folder;
  Running running{folder.path()};
  MemoryDriver memory{running.instance()};

  Ids found(const std::string& text) { return ids_of(memory.search({PLATOS_MEMORY_KEYWORD, text, {}, 100})); }
};

}  // namespace platos::memory_sqlite_test
