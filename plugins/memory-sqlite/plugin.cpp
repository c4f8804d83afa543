#include "sqlite_memory.hpp"

PLATOS_PLUGIN("dev.platos.memory-sqlite", "0.1.0",
              platos::sdk::component<platos::memory_sqlite::SqliteMemory>("sqlite",
                                                                          platos::memory_sqlite::kConfigSchema))
