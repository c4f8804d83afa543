// Instances of memory-sqlite in a folder of the test's own.
#pragma once

#include <string>
#include <vector>

#include "contract/memory_driver.hpp"
#include "platos/cpp/testing/fake_host.hpp"
#include "platos/cpp/testing/fake_services.hpp"
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
      : state_(host_, folder), instance_(host_, platos_plugin_v1, "sqlite", config_json) {}

  const sdk::testing::FakeInstance& instance() const { return instance_; }

 private:
  sdk::testing::FakeHost host_;
  sdk::testing::FakeStateDir state_;
  sdk::testing::FakeInstance instance_;
};

/// A folder, an instance, and one space.
struct Fixture {
  TempDir folder;
  Running running{folder.path()};
  MemoryDriver memory{running.instance()};

  Ids found(const std::string& text) { return ids_of(memory.search({PLATOS_MEMORY_KEYWORD, text, {}, 100})); }
};

}  // namespace platos::memory_sqlite_test
