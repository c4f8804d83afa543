#include "config/reload.hpp"

#include <algorithm>
#include <array>

namespace platos::config {
namespace {

constexpr std::array<std::string_view, 16> kReloadable = {"http.allowed_hosts",      "http.cors_origins",
                                                          "http.max_head_bytes",     "http.max_connections",
                                                          "http.read_timeout_ms",    "http.idle_timeout_ms",
                                                          "http.write_stall_ms",     "https.certificate_file",
                                                          "https.private_key_file",  "log.level",
                                                          "http.trusted_proxies",    "limits.ip_per_minute",
                                                          "limits.token_per_minute", "limits.user_per_minute",
                                                          "limits.agent_per_minute", "limits.environment_per_minute"};

}  // namespace

bool is_reloadable(std::string_view key) {
  return std::find(kReloadable.begin(), kReloadable.end(), key) != kReloadable.end();
}

std::vector<std::string_view> differences(const Settings& before, const Settings& after) {
  std::vector<std::string_view> keys;
  for (const auto& setting : setting_table()) {
    const bool same = std::visit([&](auto member) { return before.*member == after.*member; }, setting.member);
    if (!same) keys.push_back(setting.key);
  }
  return keys;
}

}  // namespace platos::config
