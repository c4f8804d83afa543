#include "config.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base_url.hpp"
#include "platos/cpp/error.hpp"
#include "safe_text.hpp"

namespace platos::provider_openai {
namespace {

constexpr std::size_t kMaxFoundBytes = 120;
// A step has room for 64 headers; four are the codec's own.
constexpr std::size_t kMaxExtraHeaders = 60;

[[noreturn]] void refuse(std::string_view key, std::string_view expected, std::string_view found) {
  throw sdk::Error(PLATOS_INVALID_ARGUMENT, "provider-openai config: " + std::string(key) + ": expected " +
                                                std::string(expected) + ", found " + std::string(found));
}

[[noreturn]] void refuse_value(std::string_view key, std::string_view expected, const nlohmann::json& found) {
  refuse(key, expected, printable(found.dump(), kMaxFoundBytes));
}

std::string read_text(const std::string& key, const nlohmann::json& value) {
  if (!value.is_string()) refuse_value(key, "a string", value);
  return value.get<std::string>();
}

bool read_flag(const std::string& key, const nlohmann::json& value) {
  if (!value.is_boolean()) refuse_value(key, "true or false", value);
  return value.get<bool>();
}

// The value is not quoted in the error: the host may have put a key there, out of its environment.
std::string read_header_value(const std::string& key, const nlohmann::json& value) {
  if (!value.is_string()) refuse(key, "a string", value.type_name());
  std::string text = value.get<std::string>();
  const bool sendable = std::all_of(text.begin(), text.end(), [](char byte) { return byte >= 0x20 && byte < 0x7f; });
  if (!sendable) refuse(key, "printable ASCII", "other characters");
  return text;
}

bool is_header_name(std::string_view name) {
  constexpr std::string_view kOtherThanLetters = "!#$%&'*+-.^_`|~0123456789";
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char byte) {
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z') ||
           kOtherThanLetters.find(byte) != std::string_view::npos;
  });
}

bool is_reserved_header(std::string_view name) {
  constexpr std::array<std::string_view, 6> kReserved = {"content-type",   "accept",     "host",
                                                         "content-length", "connection", "transfer-encoding"};
  return std::any_of(kReserved.begin(), kReserved.end(),
                     [&](std::string_view reserved) { return equals_ignoring_case(name, reserved); });
}

void read_extra_headers(const nlohmann::json& value, Config& config) {
  if (!value.is_object()) refuse("extra_headers", "an object of strings", value.type_name());
  if (value.size() > kMaxExtraHeaders) {
    refuse("extra_headers", "at most " + std::to_string(kMaxExtraHeaders) + " headers", std::to_string(value.size()));
  }
  for (const auto& [name, text] : value.items()) {
    const std::string found = in_quotes(printable(name, kMaxFoundBytes));
    if (!is_header_name(name)) refuse("extra_headers", "header names", found);
    if (is_reserved_header(name)) refuse("extra_headers", "headers that the codec does not write itself", found);
    const auto same_name = [&own_name = name](const auto& other) {
      return equals_ignoring_case(other.first, own_name);
    };
    if (std::any_of(config.extra_headers.begin(), config.extra_headers.end(), same_name)) {
      refuse("extra_headers", "each header once", found);
    }
    config.extra_headers.emplace_back(name, read_header_value("extra_headers." + name, text));
  }
}

void read_models(const nlohmann::json& value, Config& config) {
  if (!value.is_array()) refuse_value("models", "an array of model ids", value);
  for (const nlohmann::json& id : value) {
    if (!id.is_string() || id.get_ref<const std::string&>().empty()) refuse_value("models", "model ids", id);
    config.models.push_back(id.get<std::string>());
  }
}

void read_max_tokens_field(const nlohmann::json& value, Config& config) {
  if (value != "max_completion_tokens" && value != "max_tokens") {
    refuse_value("max_tokens_field", "\"max_completion_tokens\" or \"max_tokens\"", value);
  }
  config.max_tokens_field = value.get<std::string>();
}

void read_member(const std::string& key, const nlohmann::json& value, Config& config) {
  if (key == "base_url") {
    config.base_url = normalise_base_url(read_text(key, value));
  } else if (key == "api_key_required") {
    config.api_key_required = read_flag(key, value);
  } else if (key == "extra_headers") {
    read_extra_headers(value, config);
  } else if (key == "organization") {
    config.organization = read_header_value(key, value);
  } else if (key == "models") {
    read_models(value, config);
  } else if (key == "usage_in_stream") {
    config.usage_in_stream = read_flag(key, value);
  } else if (key == "max_tokens_field") {
    read_max_tokens_field(value, config);
  } else {
    throw sdk::Error(PLATOS_INVALID_ARGUMENT,
                     "provider-openai config: unknown key " + in_quotes(printable(key, kMaxFoundBytes)) +
                         "; known keys are base_url, api_key_required, extra_headers, organization, models, "
                         "usage_in_stream and max_tokens_field");
  }
}

// The codec's own header would stand beside the operator's, and servers disagree on which one counts.
void refuse_doubled_headers(const Config& config) {
  for (const auto& header : config.extra_headers) {
    if (config.api_key_required && equals_ignoring_case(header.first, "authorization")) {
      refuse("extra_headers", "no Authorization while api_key_required is true", in_quotes(header.first));
    }
    if (!config.organization.empty() && equals_ignoring_case(header.first, "openai-organization")) {
      refuse("extra_headers", "no OpenAI-Organization while organization is set", in_quotes(header.first));
    }
  }
}

}  // namespace

Config parse_config(std::string_view config_json) {
  const auto document = nlohmann::json::parse(config_json, nullptr, false);
  if (document.is_discarded()) refuse("the whole", "a JSON object", "text that is not JSON");
  if (!document.is_object()) refuse("the whole", "a JSON object", document.type_name());
  Config config;
  for (const auto& [key, value] : document.items()) read_member(key, value, config);
  refuse_doubled_headers(config);
  return config;
}

}  // namespace platos::provider_openai
