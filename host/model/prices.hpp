// What models cost: a catalogue from manifests/models/*.json, and the arithmetic. Money is whole micro-dollars.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/usage.hpp"

namespace platos::model {

/// Micro-dollars for a million tokens.
struct ModelPrice {
  std::int64_t input = 0;
  std::int64_t output = 0;
  std::int64_t cache_read = 0;
  std::int64_t cache_write = 0;
};

struct CatalogueModel {
  std::string id;        ///< as the vendor names it, or "instance:model", or "instance:*"
  std::string provider;  ///< of the file
  std::optional<ModelPrice> price;
  std::int64_t context_tokens = 0;     ///< 0: not known
  std::int64_t max_output_tokens = 0;  ///< 0: not known
};

/// Immutable after the last add(); then any thread. A model that is not here can be used; its cost is not known.
class Catalogue {
 public:
  /// Adds a file: {"models": 1, "provider", "source", "as_of", "cache"?: {"read", "write"} (factors of the input
  /// price), "entries": [{"id", "usd_per_million"?: {"input", "output", "cache_read"?, "cache_write"?},
  /// "context_tokens"?, "max_output_tokens"?}]}. A later file replaces models of an earlier one. InvalidArgument
  /// "models_invalid" names file and member.
  Result<void> add(std::string_view text, const std::string& path);

  /// By "instance:model": the whole name first, then the model alone, then "instance:*". Null when it is not listed.
  const CatalogueModel* find(std::string_view instance_model) const;

  /// Of the lists of one provider, without those that stand for several.
  std::vector<std::string> models_of(std::string_view provider) const;

  /// Fills in the cost of a call; leaves it unknown when price or counts are.
  void price(std::string_view instance_model, Usage& usage) const;

  std::size_t size() const { return models_.size(); }

 private:
  std::map<std::string, CatalogueModel, std::less<>> models_;
};

/// The whole cost, and that of the tokens that no cache took part in. Rounded half up.
void apply_price(const ModelPrice& price, Usage& usage);

}  // namespace platos::model
