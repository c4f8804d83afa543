#include "config/settings.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <utility>

#include "config/loader.hpp"
#include "settings_values.hpp"
#include "temp_file.hpp"

namespace platos::config {
namespace {

/// Becomes whatever a member wants to be made from.
struct Anything {
  template <typename T>
  operator T() const;
};
template <std::size_t>
using AnythingAt = Anything;

template <std::size_t... I>
constexpr bool takes(std::index_sequence<I...>) {
  return requires { Settings{AnythingAt<I>{}...}; };
}
template <std::size_t Count = 1>
constexpr std::size_t members() {
  if constexpr (!takes(std::make_index_sequence<Count + 1>{})) {
    return Count;
  } else {
    return members<Count + 1>();
  }
}

Settings all_changed() {
  Settings settings;
  for (const auto& setting : setting_table()) REQUIRE(assign(settings, setting, other_value(setting)));
  return settings;
}

Settings reload(const std::string& text) {
  const TempFile file(text);
  Sources sources;
  sources.file = file.path();
  const auto loaded = load(sources);
  INFO((loaded ? "" : loaded.error().message));
  REQUIRE(loaded);
  return loaded->settings;
}

}  // namespace

TEST_CASE("Every member of Settings has a row, and every row its own member and key") {
  std::set<std::string_view> keys;
  for (const auto& setting : setting_table()) {
    keys.insert(setting.key);
    CHECK(find_setting(setting.key) == &setting);
    CHECK_FALSE(setting.meaning.empty());
    // Two rows of one member would be changed together.
    Settings settings;
    REQUIRE(assign(settings, setting, other_value(setting)));
    for (const auto& other : setting_table()) {
      INFO(setting.key << " and " << other.key);
      if (&other != &setting) CHECK(value_of(settings, other) == value_of(Settings{}, other));
    }
  }
  CHECK(keys.size() == setting_table().size());
  CHECK(setting_table().size() == members());
  CHECK(find_setting("no.such") == nullptr);
}

TEST_CASE("Defaults obey their own limits") {
  for (const auto& setting : setting_table()) {
    INFO(setting.key);
    Settings settings;
    CHECK(assign(settings, setting, value_of(Settings{}, setting)));
  }
  CHECK(check(Settings{}));
}

TEST_CASE("Numbers are taken at their limits and refused one beyond") {
  for (const auto& setting : setting_table()) {
    if (!std::holds_alternative<std::int64_t Settings::*>(setting.member)) continue;
    INFO(setting.key);
    Settings settings;
    CHECK(assign(settings, setting, std::to_string(setting.min)));
    CHECK(assign(settings, setting, std::to_string(setting.max)));
    CHECK_FALSE(assign(settings, setting, std::to_string(setting.min - 1)));
    if (setting.max < INT64_MAX) CHECK_FALSE(assign(settings, setting, std::to_string(setting.max + 1)));
    for (const char* bad : {"", "x", "1x", "1.5", "+1", " 1", "99999999999999999999"}) {
      CHECK_FALSE(assign(settings, setting, bad));
    }
  }
}

TEST_CASE("A refused value leaves the setting as it was") {
  Settings settings;
  CHECK_FALSE(assign(settings, *find_setting("log.level"), "loud"));
  CHECK_FALSE(assign(settings, *find_setting("tools.max_parallel"), "0"));
  CHECK_FALSE(assign(settings, *find_setting("http.insecure_listen"), "yes"));
  CHECK(settings.log_level == "info");
  CHECK(settings.tools_max_parallel == 16);
  CHECK_FALSE(settings.http_insecure_listen);
}

TEST_CASE("Lists from text are split at commas, trimmed, and without empty items") {
  Settings settings;
  REQUIRE(assign(settings, *find_setting("http.cors_origins"), " https://a ,,https://b, "));
  CHECK(settings.http_cors_origins == std::vector<std::string>{"https://a", "https://b"});
  REQUIRE(assign(settings, *find_setting("http.cors_origins"), ""));
  CHECK(settings.http_cors_origins.empty());
}

TEST_CASE("An address that is not loopback needs permission") {
  Settings settings;
  for (const char* loopback : {"127.0.0.1:0", "127.8.9.1:65535", "localhost:80", "[::1]:1"}) {
    settings.http_listen = loopback;
    INFO(loopback);
    CHECK(check(settings));
  }
  for (const char* open : {"0.0.0.0:80", "[::]:80", "10.0.0.1:80", "example.com:80", ":80"}) {
    settings.http_listen = open;
    settings.http_insecure_listen = false;
    INFO(open);
    const auto refused = check(settings);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "insecure_listen");
    settings.http_insecure_listen = true;
    CHECK(check(settings));
  }
  for (const char* bad : {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:x", "[::1]", "127.0.0.1:-1"}) {
    settings.http_listen = bad;
    INFO(bad);
    const auto refused = check(settings);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == "invalid_setting");
  }
}

TEST_CASE("A name that only begins like a loopback address needs permission") {
  Settings settings;
  settings.http_listen = "127.example.com:80";
  CHECK_FALSE(check(settings));
}

TEST_CASE("What print() writes loads back to equal settings, with all defaults and with none") {
  for (const Settings& settings : {Settings{}, all_changed()}) {
    const Settings again = reload(print(settings, {}));
    for (const auto& setting : setting_table()) CHECK(value_of(again, setting) == value_of(settings, setting));
  }
}

TEST_CASE("Printed text with quotes, lines, tabs and foreign letters loads back") {
  Settings settings;
  settings.data_dir = "a \"b\" \\c\n\td # e \xC3\xA9\x01";
  settings.http_allowed_hosts = {"x,y", "\"", ""};
  const Settings again = reload(print(settings, {}));
  CHECK(again.data_dir == settings.data_dir);
  CHECK(again.http_allowed_hosts == settings.http_allowed_hosts);
}

TEST_CASE("A printed DEL byte loads back", "[finding]") {
  Settings settings;
  settings.data_dir = "a\x7F";
  CHECK(reload(print(settings, {})).data_dir == settings.data_dir);
}

TEST_CASE("print() says where each value comes from") {
  const std::string text = print(Settings{}, {{"log.level", "environment PLATOS__LOG__LEVEL"}});
  CHECK(text.find("[http]\nlisten = \"127.0.0.1:3100\"") == 0);
  CHECK(text.find("level = \"info\"                          # lowest level that is written "
                  "(environment PLATOS__LOG__LEVEL)\n") != std::string::npos);
  CHECK(text.find("(default)\n") != std::string::npos);
}

TEST_CASE("The session secret stands in the environment, never in a setting, and a mistake does not repeat it") {
  Settings settings;
  CHECK(check(settings));
  settings.auth_session_secret = "env:NAME";
  CHECK(check(settings));
  settings.auth_session_secret = "hunter2hunter2hunter2";
  const auto refused = check(settings);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("hunter2") == std::string::npos);
  settings.auth_session_secret.clear();
  settings.mail_password = "hunter2hunter2hunter2";
  const auto password = check(settings);
  REQUIRE_FALSE(password);
  CHECK(password.error().message.find("hunter2") == std::string::npos);
}

}  // namespace platos::config
