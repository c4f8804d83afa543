// Reading the configuration of a provider instance, with errors that name the plugin, the key, what was expected and
// what was found. Pure functions of their arguments; any thread.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace platos::provider_common {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

/// Every function throws sdk::Error(INVALID_ARGUMENT) for a value that is not what its name says.
class ConfigReader {
 public:
  /// `plugin` begins the error texts and must be a constant, such as "provider-openai".
  explicit constexpr ConfigReader(std::string_view plugin) : plugin_(plugin) {}

  /// The whole configuration.
  nlohmann::json read_object(std::string_view config_json) const;

  /// The keys that every provider has: base_url, api_key_required, extra_headers and models, into members of these
  /// names. False: it is another key.
  template <typename Config>
  bool read_common(const std::string& key, const nlohmann::json& value, Config& config) const {
    if (key == "base_url") {
      config.base_url = read_base_url(value, Config().base_url);
    } else if (key == "api_key_required") {
      config.api_key_required = read_flag(key, value);
    } else if (key == "extra_headers") {
      config.extra_headers = read_extra_headers(value);
    } else if (key == "models") {
      config.models = read_models(value);
    } else {
      return false;
    }
    return true;
  }

  std::string read_text(const std::string& key, const nlohmann::json& value) const;
  bool read_flag(const std::string& key, const nlohmann::json& value) const;
  std::int64_t read_integer(const std::string& key, const nlohmann::json& value, std::int64_t least,
                            std::int64_t most) const;

  /// An absolute http or https URL without its trailing slashes; see base_url.hpp. `example` helps the reader of the
  /// error.
  std::string read_base_url(const nlohmann::json& value, std::string_view example) const;

  /// One line of printable ASCII. It is not repeated in the error: the host may have put a key there, out of its
  /// environment.
  std::string read_header_value(const std::string& key, const nlohmann::json& value) const;

  /// The name of a header that the codecs do not write themselves.
  std::string read_header_name(const std::string& key, const nlohmann::json& value) const;

  /// The key "extra_headers": an object of at most 60 headers, each once, none that the codecs write themselves.
  HeaderList read_extra_headers(const nlohmann::json& value) const;

  /// The key "models": an array of model ids.
  std::vector<std::string> read_models(const nlohmann::json& value) const;

  /// Refuses `headers` when one has this name, which the codec writes itself `when`.
  void refuse_header(const HeaderList& headers, std::string_view name, std::string_view when) const;

  [[noreturn]] void refuse(std::string_view key, std::string_view expected, std::string_view found) const;
  [[noreturn]] void refuse_value(std::string_view key, std::string_view expected, const nlohmann::json& found) const;
  [[noreturn]] void refuse_key(std::string_view key, std::string_view known_keys) const;

 private:
  std::string_view plugin_;
};

}  // namespace platos::provider_common
