#include "contract/memory_contract.hpp"

#include "memory_fixture.hpp"

namespace platos::contract {

std::unique_ptr<MemoryBackend> make_memory_backend() {
  struct Sqlite : MemoryBackend {
    memory_sqlite_test::TempDir folder;
    memory_sqlite_test::Running running{folder.path()};
    const FakeInstance& instance() override { return running.instance(); }
  };
  return std::make_unique<Sqlite>();
}

}  // namespace platos::contract
