#include "config.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "platos/cpp/error.hpp"
#include "platos/governor.h"

namespace platos::governor_pii {
namespace {

using nlohmann::json;

constexpr std::size_t kMostCustomPatterns = 16;
constexpr std::size_t kMostPatternBytes = 1000;
constexpr std::size_t kMostReplacementBytes = 64;

[[noreturn]] void refuse(const std::string& member, const std::string& expected, const std::string& found) {
  throw sdk::Error(PLATOS_INVALID_ARGUMENT,
                   "governor-pii config: " + member + ": expected " + expected + ", found " + found);
}

/// The beginning of a value, in ASCII.
std::string shown(const json& value) {
  if (value.is_structured()) return std::string("an ") + value.type_name();
  const std::string text = value.dump(-1, ' ', true, json::error_handler_t::replace);
  return text.size() <= 60 ? text : text.substr(0, 60) + "...";
}

std::string in_quotes(const std::string& name) { return shown(json(name)); }

Policy read_policy(const std::string& member, const json& value) {
  if (value == "allow") return Policy::Allow;
  if (value == "warn") return Policy::Warn;
  if (value == "redact") return Policy::Redact;
  if (value == "block") return Policy::Block;
  refuse(member, "\"allow\", \"warn\", \"redact\" or \"block\"", shown(value));
}

Severity read_severity(const std::string& member, const json& value) {
  if (value == "low") return Severity::Low;
  if (value == "medium") return Severity::Medium;
  if (value == "high") return Severity::High;
  refuse(member, "\"low\", \"medium\" or \"high\"", shown(value));
}

std::string read_text(const std::string& member, const json& value, std::size_t most_bytes) {
  if (!value.is_string()) refuse(member, "a string", shown(value));
  std::string text = value.get<std::string>();
  if (text.size() > most_bytes) refuse(member, "at most " + std::to_string(most_bytes) + " bytes", "more");
  return text;
}

void read_types(const json& value, Config& config) {
  if (!value.is_object()) refuse("types", "an object", shown(value));
  for (const auto& [name, policy] : value.items()) {
    const std::optional<PiiType> type = pii_type(name);
    if (!type) {
      refuse("types", "credit_card, ssn, email, phone, ip_address, aadhaar, pan, iban, us_passport or aws_access_key",
             in_quotes(name));
    }
    config.types[static_cast<std::size_t>(*type)] = read_policy("types." + name, policy);
  }
}

void read_apply_to(const json& value, Config& config) {
  constexpr const char* kExpected = "an array of \"input\", \"output\", \"tools\" and \"memory\"";
  if (!value.is_array()) refuse("apply_to", kExpected, shown(value));
  config.points = 0;
  for (const json& point : value) {
    if (point == "input") {
      config.points |= PLATOS_POINT_BEFORE_MODEL;
    } else if (point == "output") {
      config.points |= PLATOS_POINT_AFTER_MODEL;
    } else if (point == "tools") {
      config.points |= PLATOS_POINT_BEFORE_TOOL | PLATOS_POINT_AFTER_TOOL;
    } else if (point == "memory") {
      config.points |= PLATOS_POINT_BEFORE_MEMORY_WRITE;
    } else {
      refuse("apply_to", kExpected, shown(point));
    }
  }
}

std::string read_name(const std::string& member, const json& value, const Config& config) {
  std::string name = read_text(member, value, 40);
  const bool is_plain = !name.empty() && std::all_of(name.begin(), name.end(), [](char byte) {
    return (byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '_';
  });
  if (!is_plain) refuse(member, "small letters, digits and underscores", in_quotes(name));
  const bool is_taken = pii_type(name) || std::any_of(config.custom.begin(), config.custom.end(),
                                                      [&](const CustomPattern& other) { return other.name == name; });
  if (is_taken) refuse(member, "a name that is not taken", in_quotes(name));
  return name;
}

CustomPattern read_custom_pattern(const std::string& member, const json& value, const Config& config) {
  if (!value.is_object()) refuse(member, "an object", shown(value));
  CustomPattern pattern;
  std::string expression;
  for (const auto& [key, part] : value.items()) {
    const std::string where = member + "." + key;
    if (key == "name") {
      pattern.name = read_name(where, part, config);
    } else if (key == "pattern") {
      expression = read_text(where, part, kMostPatternBytes);
    } else if (key == "policy") {
      pattern.policy = read_policy(where, part);
    } else if (key == "severity") {
      pattern.severity = read_severity(where, part);
    } else {
      refuse(member, "name, pattern, policy and severity", in_quotes(key));
    }
  }
  if (pattern.name.empty()) refuse(member + ".name", "a name", "none");
  try {
    pattern.recogniser =
        std::make_shared<const CustomRecogniser>(expression, static_cast<std::uint8_t>(config.custom.size()));
  } catch (const UnboundedPattern& problem) {
    refuse(member + ".pattern", "a bounded regular expression", "one that " + std::string(problem.what()));
  }
  return pattern;
}

void read_custom(const json& value, Config& config) {
  if (!value.is_array()) refuse("custom", "an array", shown(value));
  if (value.size() > kMostCustomPatterns) refuse("custom", "at most 16 patterns", std::to_string(value.size()));
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string member = "custom[" + std::to_string(i) + "]";
    config.custom.push_back(read_custom_pattern(member, value[i], config));
  }
}

void read_member(const std::string& key, const json& value, Config& config) {
  if (key == "pii") {
    config.pii = read_policy(key, value);
  } else if (key == "injection") {
    config.injection = read_policy(key, value);
  } else if (key == "injection_in_results") {
    config.injection_in_results = read_policy(key, value);
  } else if (key == "injection_in_output") {
    config.injection_in_output = read_policy(key, value);
  } else if (key == "exfiltration") {
    config.exfiltration = read_policy(key, value);
    if (config.exfiltration == Policy::Redact) {
      refuse(key, "\"allow\", \"warn\" or \"block\": length cannot be redacted", shown(value));
    }
  } else if (key == "types") {
    read_types(value, config);
  } else if (key == "apply_to") {
    read_apply_to(value, config);
  } else if (key == "custom") {
    read_custom(value, config);
  } else if (key == "redact_with") {
    config.redact_with = read_text(key, value, kMostReplacementBytes);
  } else {
    refuse("the whole",
           "pii, injection, injection_in_results, injection_in_output, exfiltration, types, apply_to, custom and "
           "redact_with",
           in_quotes(key));
  }
}

}  // namespace

PointPolicy Config::policy_with(Policy injection_here) const {
  PointPolicy point;
  for (std::size_t i = 0; i < kPiiTypeCount; ++i) {
    const Severity severity = description(static_cast<PiiType>(i)).severity;
    point.pii[i] = types[i] == Policy::Unspecified ? category_action(pii, severity) : type_action(types[i]);
  }
  for (std::size_t i = 0; i < kInjectionPatternCount; ++i) {
    const Severity severity = description(static_cast<InjectionPattern>(i)).severity;
    point.injection[i] = category_action(injection_here, severity);
  }
  for (const CustomPattern& pattern : custom) point.custom.push_back(type_action(pattern.policy));
  point.exfiltration = category_action(exfiltration, Severity::Medium);
  return point;
}

Config parse_config(std::string_view config_json) {
  const json document = json::parse(config_json, nullptr, false);
  if (document.is_discarded()) refuse("the whole", "a JSON object", "text that is not JSON");
  if (!document.is_object()) refuse("the whole", "a JSON object", document.type_name());
  Config config;
  config.points = PLATOS_POINT_BEFORE_MODEL | PLATOS_POINT_AFTER_MODEL | PLATOS_POINT_BEFORE_TOOL |
                  PLATOS_POINT_AFTER_TOOL | PLATOS_POINT_BEFORE_MEMORY_WRITE;
  for (const auto& [key, value] : document.items()) read_member(key, value, config);
  return config;
}

}  // namespace platos::governor_pii
