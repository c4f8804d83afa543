#include "agent/models.hpp"

#include <algorithm>

namespace platos::agent {

std::vector<std::string> Models::models_of(const std::string& instance) const {
  std::vector<std::string> names;
  const auto add = [&](const std::string& model) {
    const std::string name = instance + ":" + model;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const auto& provider : directory_.providers()) {
    if (provider.instance != instance) continue;
    for (const auto& model : provider.models) add(model);
  }
  for (const auto& model : catalogue_.models_of(instance)) add(model);
  return names;
}

model::CatalogueModel Models::describe(const std::string& name) const {
  const auto* known = catalogue_.find(name);
  model::CatalogueModel described = known == nullptr ? model::CatalogueModel() : *known;
  described.id = name;
  return described;
}

SplitModel Models::split(const std::string& name) const {
  const auto colon = name.find(':');
  if (colon == std::string::npos) return {default_instance_, name};
  return {name.substr(0, colon), name.substr(colon + 1)};
}

}  // namespace platos::agent
