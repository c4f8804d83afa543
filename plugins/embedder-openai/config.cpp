#include "config.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "common/provider/config_reading.hpp"
#include "vendor_wire.hpp"

namespace platos::embedder_openai {
namespace {

constexpr std::size_t kMaxFoundBytes = 120;
constexpr std::int64_t kMaxDimensions = 16384;
constexpr std::int64_t kMaxTexts = 2048;

struct KnownModel {
  std::string_view name;
  std::size_t dimensions;
  bool can_be_shortened;
};

constexpr std::array<KnownModel, 3> kKnownModels = {{{"text-embedding-3-small", 1536, true},
                                                     {"text-embedding-3-large", 3072, true},
                                                     {"text-embedding-ada-002", 1536, false}}};

constexpr wire::ConfigReader kReader("embedder-openai");

std::size_t read_count(const std::string& key, const nlohmann::json& value, std::int64_t limit) {
  return static_cast<std::size_t>(kReader.read_integer(key, value, 1, limit));
}

std::string read_model(const nlohmann::json& value) {
  if (!value.is_string() || value.get_ref<const std::string&>().empty()) {
    kReader.refuse_value("model", "a model id", value);
  }
  return value.get<std::string>();
}

std::string read_encoding_format(const nlohmann::json& value) {
  if (value != "base64" && value != "float") {
    kReader.refuse_value("encoding_format", "\"base64\" or \"float\"", value);
  }
  return value.get<std::string>();
}

void read_member(const std::string& key, const nlohmann::json& value, Config& config) {
  if (key == "base_url") {
    config.base_url = kReader.read_base_url(value, "https://api.openai.com/v1");
  } else if (key == "model") {
    config.model = read_model(value);
  } else if (key == "dimensions") {
    config.dimensions = read_count(key, value, kMaxDimensions);
  } else if (key == "send_dimensions") {
    config.send_dimensions = kReader.read_flag(key, value);
  } else if (key == "encoding_format") {
    config.encoding_format = read_encoding_format(value);
  } else if (key == "max_texts") {
    config.max_texts = read_count(key, value, kMaxTexts);
  } else if (key == "api_key_required") {
    config.api_key_required = kReader.read_flag(key, value);
  } else {
    kReader.refuse_key(key,
                       "base_url, model, dimensions, send_dimensions, encoding_format, max_texts and api_key_required");
  }
}

void settle_dimensions(Config& config) {
  const auto known = std::find_if(kKnownModels.begin(), kKnownModels.end(),
                                  [&](const KnownModel& model) { return model.name == config.model; });
  if (known == kKnownModels.end()) {
    const std::string model = wire::in_quotes(wire::printable(config.model, kMaxFoundBytes));
    if (config.dimensions == 0) kReader.refuse("dimensions", "the length of the vectors of " + model, "nothing");
    return;
  }
  if (config.dimensions == 0) config.dimensions = known->dimensions;
  const std::string native = std::to_string(known->dimensions);
  const bool is_native = config.dimensions == known->dimensions;
  if (!is_native && (!known->can_be_shortened || config.dimensions > known->dimensions)) {
    kReader.refuse("dimensions", (known->can_be_shortened ? "at most " : "") + native + ", as " + config.model + " has",
                   std::to_string(config.dimensions));
  }
  config.send_dimensions = !is_native;
}

}  // namespace

Config parse_config(std::string_view config_json) {
  const nlohmann::json document = kReader.read_object(config_json);
  Config config;
  for (const auto& [key, value] : document.items()) read_member(key, value, config);
  settle_dimensions(config);
  return config;
}

}  // namespace platos::embedder_openai
