#include "offline_provider.hpp"

PLATOS_PLUGIN("dev.platos.provider-offline", "0.1.0",
              platos::sdk::component<platos::provider_offline::OfflineProvider>(
                  "offline", platos::provider_offline::OfflineProvider::kConfigSchema))
