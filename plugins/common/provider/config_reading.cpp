#include "common/provider/config_reading.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "common/provider/base_url.hpp"
#include "common/provider/header_text.hpp"
#include "common/provider/safe_text.hpp"
#include "platos/cpp/error.hpp"

namespace platos::provider_common {
namespace {

constexpr std::size_t kMaxFoundBytes = 120;
// A step has room for 64 headers; four are the codec's own.
constexpr std::size_t kMaxExtraHeaders = 60;

bool is_reserved_header(std::string_view name) {
  constexpr std::array<std::string_view, 6> kReserved = {"content-type",   "accept",     "host",
                                                         "content-length", "connection", "transfer-encoding"};
  return std::any_of(kReserved.begin(), kReserved.end(),
                     [&](std::string_view reserved) { return equals_ignoring_case(name, reserved); });
}

bool has_header(const HeaderList& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(),
                     [&](const auto& header) { return equals_ignoring_case(header.first, name); });
}

}  // namespace

nlohmann::json ConfigReader::read_object(std::string_view config_json) const {
  nlohmann::json document = nlohmann::json::parse(config_json, nullptr, false);
  if (document.is_discarded()) refuse("the whole", "a JSON object", "text that is not JSON");
  if (!document.is_object()) refuse("the whole", "a JSON object", document.type_name());
  return document;
}

std::string ConfigReader::read_text(const std::string& key, const nlohmann::json& value) const {
  if (!value.is_string()) refuse_value(key, "a string", value);
  return value.get<std::string>();
}

bool ConfigReader::read_flag(const std::string& key, const nlohmann::json& value) const {
  if (!value.is_boolean()) refuse_value(key, "true or false", value);
  return value.get<bool>();
}

std::int64_t ConfigReader::read_integer(const std::string& key, const nlohmann::json& value, std::int64_t least,
                                        std::int64_t most) const {
  const std::string expected = "an integer from " + std::to_string(least) + " to " + std::to_string(most);
  const bool fits = value.is_number_unsigned()
                        ? value.get<std::uint64_t>() <= static_cast<std::uint64_t>(std::max<std::int64_t>(most, 0))
                        : value.is_number_integer();
  if (!fits) refuse_value(key, expected, value);
  const auto number = value.get<std::int64_t>();
  if (number < least || number > most) refuse_value(key, expected, value);
  return number;
}

std::string ConfigReader::read_base_url(const nlohmann::json& value, std::string_view example) const {
  const std::string text = read_text("base_url", value);
  if (const auto problem = base_url_problem(text, example)) refuse("base_url", problem->expected, problem->found);
  return without_trailing_slashes(text);
}

std::string ConfigReader::read_header_value(const std::string& key, const nlohmann::json& value) const {
  if (!value.is_string()) refuse(key, "a string", value.type_name());
  std::string text = value.get<std::string>();
  if (!is_printable_ascii(text)) refuse(key, "printable ASCII", "other characters");
  return text;
}

std::string ConfigReader::read_header_name(const std::string& key, const nlohmann::json& value) const {
  std::string name = read_text(key, value);
  const std::string found = in_quotes(printable(name, kMaxFoundBytes));
  if (!is_header_name(name)) refuse(key, "the name of a header", found);
  if (is_reserved_header(name)) refuse(key, "a header that the codec does not write itself", found);
  return name;
}

HeaderList ConfigReader::read_extra_headers(const nlohmann::json& value) const {
  if (!value.is_object()) refuse("extra_headers", "an object of strings", value.type_name());
  if (value.size() > kMaxExtraHeaders) {
    refuse("extra_headers", "at most " + std::to_string(kMaxExtraHeaders) + " headers", std::to_string(value.size()));
  }
  HeaderList headers;
  for (const auto& [name, text] : value.items()) {
    const std::string found = in_quotes(printable(name, kMaxFoundBytes));
    if (!is_header_name(name)) refuse("extra_headers", "header names", found);
    if (is_reserved_header(name)) refuse("extra_headers", "headers that the codec does not write itself", found);
    if (has_header(headers, name)) refuse("extra_headers", "each header once", found);
    headers.emplace_back(name, read_header_value("extra_headers." + name, text));
  }
  return headers;
}

std::vector<std::string> ConfigReader::read_models(const nlohmann::json& value) const {
  if (!value.is_array()) refuse_value("models", "an array of model ids", value);
  std::vector<std::string> models;
  for (const nlohmann::json& id : value) {
    if (!id.is_string() || id.get_ref<const std::string&>().empty()) refuse_value("models", "model ids", id);
    models.push_back(id.get<std::string>());
  }
  return models;
}

void ConfigReader::refuse_header(const HeaderList& headers, std::string_view name, std::string_view when) const {
  const std::string expected = "no " + std::string(name) + " " + std::string(when);
  if (has_header(headers, name)) refuse("extra_headers", expected, in_quotes(name));
}

void ConfigReader::refuse(std::string_view key, std::string_view expected, std::string_view found) const {
  throw sdk::Error(PLATOS_INVALID_ARGUMENT, std::string(plugin_) + " config: " + std::string(key) + ": expected " +
                                                std::string(expected) + ", found " + std::string(found));
}

void ConfigReader::refuse_value(std::string_view key, std::string_view expected, const nlohmann::json& found) const {
  refuse(key, expected, printable(found.dump(), kMaxFoundBytes));
}

void ConfigReader::refuse_key(std::string_view key, std::string_view known_keys) const {
  throw sdk::Error(PLATOS_INVALID_ARGUMENT, std::string(plugin_) + " config: unknown key " +
                                                in_quotes(printable(key, kMaxFoundBytes)) + "; known keys are " +
                                                std::string(known_keys));
}

}  // namespace platos::provider_common
