#include "model/prices.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace platos::model {
namespace {

constexpr std::int64_t kMillion = 1'000'000;
constexpr double kMaxUsdPerMillion = 100'000;

tl::unexpected<Error> invalid(const std::string& path, const std::string& what) {
  return fail(ErrorKind::InvalidArgument, "models_invalid", path + ": " + what);
}

/// Dollars as micro-dollars; nullopt when it is no price.
std::optional<std::int64_t> micro_usd(const Json& json) {
  if (!json.is_number()) return std::nullopt;
  const double usd = json.get<double>();
  if (!(usd >= 0) || usd > kMaxUsdPerMillion) return std::nullopt;
  return std::llround(usd * kMillion);
}

struct CacheFactors {
  double read = 1;
  double write = 1;
};

Result<ModelPrice> read_price(const Json& json, const CacheFactors& cache, const std::string& where) {
  const auto member = [&](const char* name) { return json.contains(name) ? micro_usd(json[name]) : std::nullopt; };
  const auto input = member("input");
  const auto output = member("output");
  if (!input || !output)
    return fail(ErrorKind::InvalidArgument, "models_invalid",
                where + ": usd_per_million: expected input and output, numbers from 0");
  ModelPrice price;
  price.input = *input;
  price.output = *output;
  price.cache_read = member("cache_read").value_or(std::llround(static_cast<double>(*input) * cache.read));
  price.cache_write = member("cache_write").value_or(std::llround(static_cast<double>(*input) * cache.write));
  return price;
}

double factor(const Json& file, const char* name) {
  const auto cache = file.find("cache");
  if (cache == file.end() || !cache->is_object() || !cache->contains(name) || !(*cache)[name].is_number()) return 1;
  return std::clamp((*cache)[name].get<double>(), 0.0, 10.0);
}

std::int64_t rounded(std::int64_t micro_usd_times_million) {
  return (micro_usd_times_million + kMillion / 2) / kMillion;
}

}  // namespace

Result<void> Catalogue::add(std::string_view text, const std::string& path) {
  const auto file = parse_bounded(text, path);
  if (!file) return fail(file.error());
  if (!file->is_object() || file->value("models", 0) != 1)
    return invalid(path, "expected an object with \"models\": 1");
  const auto entries = file->find("entries");
  if (entries == file->end() || !entries->is_array()) return invalid(path, "entries: expected an array");
  const CacheFactors cache{factor(*file, "read"), factor(*file, "write")};
  std::vector<CatalogueModel> read;
  for (const auto& entry : *entries) {
    const auto id = entry.is_object() ? required_text(entry, "id") : Result<std::string>(invalid(path, "no object"));
    if (!id) return invalid(path, "entries: expected objects with an \"id\"");
    CatalogueModel model;
    model.id = *id;
    model.provider = optional_text(*file, "provider").value_or(std::nullopt).value_or("");
    const auto context = optional_integer(entry, "context_tokens", 0, 1'000'000'000);
    const auto output = optional_integer(entry, "max_output_tokens", 0, 1'000'000'000);
    if (!context) return invalid(path, *id + ": " + context.error().message);
    if (!output) return invalid(path, *id + ": " + output.error().message);
    model.context_tokens = context->value_or(0);
    model.max_output_tokens = output->value_or(0);
    if (entry.contains("usd_per_million")) {
      const auto price = read_price(entry["usd_per_million"], cache, path + ": " + *id);
      if (!price) return fail(price.error());
      model.price = *price;
    }
    read.push_back(std::move(model));
  }
  for (auto& model : read) models_.insert_or_assign(model.id, std::move(model));
  return {};
}

const CatalogueModel* Catalogue::find(std::string_view instance_model) const {
  const auto at = [this](std::string_view id) -> const CatalogueModel* {
    const auto found = models_.find(id);
    return found == models_.end() ? nullptr : &found->second;
  };
  if (const auto* whole = at(instance_model)) return whole;
  const auto colon = instance_model.find(':');
  if (colon == std::string_view::npos) return nullptr;
  if (const auto* model = at(instance_model.substr(colon + 1))) return model;
  return at(std::string(instance_model.substr(0, colon + 1)) + "*");
}

std::vector<std::string> Catalogue::models_of(std::string_view provider) const {
  std::vector<std::string> ids;
  for (const auto& [id, model] : models_) {
    if (model.provider == provider && id.find('*') == std::string::npos) ids.push_back(id);
  }
  return ids;
}

void Catalogue::price(std::string_view instance_model, Usage& usage) const {
  const auto* model = find(instance_model);
  if (model != nullptr && model->price) apply_price(*model->price, usage);
}

void apply_price(const ModelPrice& price, Usage& usage) {
  // A provider that does not count, or gives half of it, has no cost that could be told.
  if (usage.input_tokens < 0 || usage.output_tokens < 0) return;
  const std::int64_t read = std::clamp<std::int64_t>(usage.cached_tokens, 0, usage.input_tokens);
  const std::int64_t written = std::clamp<std::int64_t>(usage.cache_write_tokens, 0, usage.input_tokens - read);
  const std::int64_t fresh = usage.input_tokens - read - written;
  const std::int64_t plain = fresh * price.input + usage.output_tokens * price.output;
  usage.fresh_cost_micro_usd = rounded(plain);
  usage.cost_micro_usd = rounded(plain + read * price.cache_read + written * price.cache_write);
}

}  // namespace platos::model
