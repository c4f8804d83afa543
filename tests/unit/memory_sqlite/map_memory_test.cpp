// The SDK's example of a memory backend keeps the same contract.
#include "contract/memory_contract.hpp"

namespace platos::contract {

std::unique_ptr<MemoryBackend> make_memory_backend() {
  struct Map : MemoryBackend {
    sdk::testing::FakeHost host;
    FakeInstance running{host, platos_plugin_v1, "map"};
    const FakeInstance& instance() override { return running; }
  };
  return std::make_unique<Map>();
}

}  // namespace platos::contract
