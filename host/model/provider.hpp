// Keys of model providers that an environment has of its own.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace platos::model {

/// Names the variable of the environment that holds the key; not the key.
struct ProviderKey {
  std::string id;
  std::string provider;  ///< the instance
  std::string label;
  std::string variable;
  bool is_default = false;
  std::string created_by;
  std::int64_t created_us = 0;
  std::int64_t last_used_us = 0;  ///< 0: never
};

/// What an environment has said about a provider.
struct ProviderSetting {
  std::string provider;
  std::optional<bool> enabled;
  std::int64_t linked_us = 0;  ///< 0: not linked
};

}  // namespace platos::model
