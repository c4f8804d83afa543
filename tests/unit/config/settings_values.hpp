// For every row of the table a value that is not the default, and comparisons that go through the table.
#pragma once

#include <string>

#include "base/text.hpp"
#include "config/settings.hpp"

namespace platos::config {

template <typename T>
const T* member_of(const Settings& settings, const Setting& setting) {
  const auto* member = std::get_if<T Settings::*>(&setting.member);
  return member == nullptr ? nullptr : &(settings.**member);
}

inline std::string other_value(const Setting& setting) {
  const Settings defaults;
  if (const auto* number = member_of<std::int64_t>(defaults, setting)) {
    return std::to_string(*number == setting.min ? setting.min + 1 : setting.min);
  }
  if (const auto* flag = member_of<bool>(defaults, setting)) return *flag ? "false" : "true";
  if (setting.key == "http.trusted_proxies") return "10.0.0.0/8,::1";
  if (setting.key == "sandbox.read_only_paths") return "/opt/first,/opt/second";
  if (member_of<std::vector<std::string>>(defaults, setting) != nullptr) return "first,second";
  if (setting.key == "http.listen") return "127.0.0.1:4000";
  if (setting.key == "https.listen") return "127.0.0.1:4001";
  if (setting.key == "auth.session_secret" || setting.key == "mail.password") return "env:NAME";
  if (setting.choices.empty()) return "some text";
  const auto& text = *member_of<std::string>(defaults, setting);
  return std::string(setting.choices.front() == text ? setting.choices.back() : setting.choices.front());
}

inline std::string as_toml(const Setting& setting, const std::string& text) {
  const Settings defaults;
  if (member_of<std::string>(defaults, setting) != nullptr) return "\"" + text + "\"";
  if (member_of<std::vector<std::string>>(defaults, setting) == nullptr) return text;
  const auto comma = text.find(',');
  return "[\"" + text.substr(0, comma) + "\", \"" + text.substr(comma + 1) + "\"]";
}

/// The value of one row as text, for comparing.
inline std::string value_of(const Settings& settings, const Setting& setting) {
  if (const auto* number = member_of<std::int64_t>(settings, setting)) return std::to_string(*number);
  if (const auto* flag = member_of<bool>(settings, setting)) return *flag ? "true" : "false";
  if (const auto* text = member_of<std::string>(settings, setting)) return *text;
  std::string joined;
  for (const auto& item : *member_of<std::vector<std::string>>(settings, setting)) {
    joined += (joined.empty() ? "" : ",") + item;
  }
  return joined;
}

}  // namespace platos::config
