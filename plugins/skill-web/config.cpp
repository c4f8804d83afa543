#include "config.hpp"

#include <algorithm>

#include "common/bounded_json.hpp"

namespace platos::skill_web {
namespace {

using nlohmann::json;
using plugin_common::describe;
using plugin_common::in_quotes;
using plugin_common::refuse;

std::string where(std::string_view member) { return "configuration of web: " + std::string(member); }

std::string shown(const json& value) {
  return value.is_string() ? in_quotes(value.get_ref<const std::string&>()) : describe(value);
}

const Backend* backend_named(const json& name) {
  const auto all = backends();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Backend& each) { return name == each.name; });
  return found == all.end() ? nullptr : &*found;
}

std::vector<const Backend*> order_in(const json& config) {
  std::vector<const Backend*> order;
  if (!config.contains("backends")) {
    for (const Backend& each : backends()) order.push_back(&each);
    return order;
  }
  const json& list = config["backends"];
  constexpr std::string_view kExpected = "an array of \"tavily\", \"exa\", \"brave\", \"serper\" and \"searxng\"";
  if (!list.is_array()) refuse(where("backends"), kExpected, describe(list));
  for (const json& name : list) {
    const Backend* backend = backend_named(name);
    if (backend == nullptr) refuse(where("backends"), kExpected, shown(name));
    if (std::find(order.begin(), order.end(), backend) != order.end()) {
      refuse(where("backends"), "each service once", shown(name) + " twice");
    }
    order.push_back(backend);
  }
  return order;
}

// Empty: not configured.
std::string url_in(const json& config, const Backend& backend) {
  const std::string member = std::string(backend.name) + "_url";
  if (!config.contains(member)) return {};
  const json& value = config[member];
  std::string url = value.is_string() ? value.get<std::string>() : std::string();
  const bool fits = value.is_string() && (url.empty() || url.starts_with("https://") || url.starts_with("http://"));
  if (!fits) refuse(where(member), "a URL with http or https, or an empty text", shown(value));
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

Config parse_config(std::string_view config_json) {
  const json object = plugin_common::parse_object(config_json, "configuration of web", 16);
  for (const auto& member : object.items()) {
    const std::string& key = member.key();
    const bool known = key == "backends" || key == "max_text_characters" ||
                       (key.ends_with("_url") && backend_named(key.substr(0, key.size() - 4)) != nullptr);
    if (!known)
      refuse("configuration of web", "\"backends\", \"max_text_characters\" and URLs of services", in_quotes(key));
  }
  Config config;
  for (const Backend* backend : order_in(object)) {
    std::string url = url_in(object, *backend);
    if (!url.empty()) config.backends.push_back({backend, std::move(url)});
  }
  if (object.contains("max_text_characters")) {
    config.most_characters = static_cast<std::size_t>(
        plugin_common::integer_between(where("max_text_characters"), object["max_text_characters"], 1000, 1'000'000));
  }
  return config;
}

}  // namespace platos::skill_web
