// The models that are known by name: of the price lists, and those that instances name.
#pragma once

#include <string>
#include <vector>

#include "model/prices.hpp"
#include "ports/provider_directory.hpp"

namespace platos::agent {

/// "instance:model" and "model".
struct SplitModel {
  std::string instance;
  std::string model;
};

/// Immutable; any thread. Others than these may be asked for, too.
class Models {
 public:
  Models(const model::Catalogue& catalogue, const ports::ProviderDirectory& directory, std::string default_instance)
      : catalogue_(catalogue), directory_(directory), default_instance_(std::move(default_instance)) {}

  /// "instance:model" each, in order.
  std::vector<std::string> models_of(const std::string& instance) const;
  /// What the price lists say; without a price when none does.
  model::CatalogueModel describe(const std::string& name) const;
  SplitModel split(const std::string& name) const;

 private:
  const model::Catalogue& catalogue_;
  const ports::ProviderDirectory& directory_;
  std::string default_instance_;
};

}  // namespace platos::agent
