#include "common/records/sqlite_memory.hpp"

PLATOS_PLUGIN("dev.platos.memory-sqlite", "0.1.0",
              platos::sdk::component<platos::records::SqliteMemory>("sqlite", platos::records::kConfigSchema))
