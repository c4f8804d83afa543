// What every backend of platos.memory/1 must do, as Catch2 test cases. A test executable includes this file once and
// defines make_memory_backend(); a backend that lacks a mode of search is held to refusing it.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "contract/memory_driver.hpp"

namespace platos::contract {

/// An instance with all that it needs. Holds no records at first.
class MemoryBackend {
 public:
  virtual ~MemoryBackend() = default;
  virtual const FakeInstance& instance() = 0;
};

/// Defined by the test that includes this file.
std::unique_ptr<MemoryBackend> make_memory_backend();

/// What the test cases begin with.
struct MemoryFixture {
  std::unique_ptr<MemoryBackend> backend = make_memory_backend();
  const FakeInstance& instance = backend->instance();
  MemoryDriver memory{instance};

  nlohmann::json description() const {
    sdk::testing::TextWriter writer;
    platos_error_t error;
    const auto& table = instance.table<platos_memory_t>(PLATOS_MEMORY_INTERFACE);
    REQUIRE(table.describe(instance.handle(), &writer.table, &error) == PLATOS_OK);
    return nlohmann::json::parse(writer.text);
  }
  bool has_mode(const std::string& mode) const {
    const auto modes = description().at("modes").get<std::set<std::string>>();
    return modes.count(mode) > 0;
  }
  /// True when the mode may be tested. When the backend does not list it, checks that it is refused.
  bool can(const std::string& mode, std::int32_t number) {
    if (has_mode(mode)) return true;
    CHECK(memory.search({number, "anything", {1, 2, 3}}).empty());
    CHECK(memory.status == PLATOS_FAILED_PRECONDITION);
    return false;
  }
};

using Ids = std::vector<std::string>;

}  // namespace platos::contract

#include "contract/memory_contract_concurrency.hpp"
#include "contract/memory_contract_model.hpp"
#include "contract/memory_contract_records.hpp"
#include "contract/memory_contract_search.hpp"
