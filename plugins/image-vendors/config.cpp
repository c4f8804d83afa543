#include "config.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "vendor_wire.hpp"

namespace platos::image_vendors {
namespace {

using nlohmann::json;

constexpr wire::ConfigReader kReader("image-vendors");
constexpr std::int64_t kMaxSide = 65'535;
constexpr std::int64_t kMaxPromptBytes = 32'000;
constexpr double kMaxCents = 10'000;
constexpr double kMicroUsdPerCent = 10'000;
constexpr std::size_t kMaxSizes = 32;
constexpr std::size_t kMaxOptions = 32;

std::pair<std::int64_t, std::int64_t> read_sides(const std::string& key, const json& value) {
  const auto sides = value.is_string() ? parse_sides(value.get_ref<const std::string&>()) : std::nullopt;
  if (!sides) kReader.refuse_value(key, "a size such as \"1024x1024\"", value);
  return *sides;
}

std::int64_t read_cost(const std::string& key, const json& value) {
  const double cents = value.is_number() ? value.get<double>() : -1;
  if (!(cents >= 0 && cents <= kMaxCents)) kReader.refuse_value(key, "cents from 0 to 10000", value);
  return std::llround(cents * kMicroUsdPerCent);
}

Size read_size(const std::string& name, const json& value) {
  const std::string key = "sizes." + wire::printable(name, 20);
  if (!value.is_object()) kReader.refuse_value(key, "an object of \"send\" and \"cents\"", value);
  Size size;
  std::tie(size.width, size.height) = read_sides("sizes", json(name));
  size.sent_width = size.width;
  size.sent_height = size.height;
  for (const auto& [member, each] : value.items()) {
    if (member == "send") {
      std::tie(size.sent_width, size.sent_height) = read_sides(key + ".send", each);
    } else if (member == "cents") {
      size.cost_micro_usd = read_cost(key + ".cents", each);
    } else {
      kReader.refuse(key, "\"send\" and \"cents\"", wire::in_quotes(wire::printable(member, 40)));
    }
  }
  return size;
}

std::vector<Size> read_sizes(const json& value) {
  if (!value.is_object() || value.empty() || value.size() > kMaxSizes)
    kReader.refuse_value("sizes", "an object of 1 to 32 sizes", value);
  std::vector<Size> sizes;
  for (const auto& [name, each] : value.items()) {
    const Size size = read_size(name, each);
    const bool twice = std::any_of(sizes.begin(), sizes.end(), [&](const Size& other) {
      return other.width == size.width && other.height == size.height;
    });
    if (twice) kReader.refuse("sizes", "each size once", wire::in_quotes(name));
    sizes.push_back(size);
  }
  return sizes;
}

std::vector<std::pair<std::string, std::string>> read_options(const json& value) {
  constexpr std::array<std::string_view, 7> kOwn = {"prompt", "model", "n", "size", "width", "height", "stream"};
  if (!value.is_object() || value.size() > kMaxOptions)
    kReader.refuse_value("options", "an object of at most 32 members", value);
  std::vector<std::pair<std::string, std::string>> options;
  for (const auto& [name, each] : value.items()) {
    const std::string key = "options." + wire::printable(name, 40);
    if (std::find(kOwn.begin(), kOwn.end(), name) != kOwn.end())
      kReader.refuse(key, "a member that the plugin does not write itself", "one that it does");
    if (each.is_structured() || each.is_null()) kReader.refuse_value(key, "a text, a number, true or false", each);
    options.emplace_back(name, each.dump());
  }
  return options;
}

void read_member(const std::string& key, const json& value, Config& config) {
  if (key == "base_url") {
    config.base_url = kReader.read_base_url(value, "https://api.openai.com/v1");
  } else if (key == "model") {
    config.model = kReader.read_text(key, value);
    const bool is_plain = !config.model.empty() && config.model.size() <= 128 &&
                          std::all_of(config.model.begin(), config.model.end(),
                                      [](char letter) { return wire::is_name_letter(letter) || letter == '.'; });
    if (!is_plain) kReader.refuse_value(key, "a model id of letters, digits, '.', '_' and '-'", value);
  } else if (key == "max_prompt_bytes") {
    config.max_prompt_bytes = static_cast<std::size_t>(kReader.read_integer(key, value, 1, kMaxPromptBytes));
  } else if (key == "api_key_required") {
    config.api_key_required = kReader.read_flag(key, value);
  } else if (key == "sizes") {
    config.sizes = read_sizes(value);
  } else if (key == "options") {
    config.options = read_options(value);
  } else if (key == "vendor_urls") {
    // For the grant; the plugin itself asks where the vendor says.
    if (!kReader.read_text(key, value).starts_with("https://"))
      kReader.refuse_value(key, "a pattern such as \"https://*.example.com/*\"", value);
  } else {
    kReader.refuse_key(key, "base_url, model, sizes, max_prompt_bytes, options, api_key_required and vendor_urls");
  }
}

[[noreturn]] void refuse_request(const std::string& what) {
  throw wire::plain_failure(PLATOS_INVALID_ARGUMENT, "image-vendors: " + what, false);
}

}  // namespace

const Size* Config::find(std::int64_t width, std::int64_t height) const {
  const auto found = std::find_if(sizes.begin(), sizes.end(),
                                  [&](const Size& size) { return size.width == width && size.height == height; });
  return found == sizes.end() ? nullptr : &*found;
}

std::optional<std::pair<std::int64_t, std::int64_t>> parse_sides(std::string_view text) {
  const auto cross = text.find('x');
  if (cross == std::string_view::npos) return std::nullopt;
  const auto side = [](std::string_view digits) -> std::int64_t {
    std::int64_t number = 0;
    const auto end = digits.data() + digits.size();
    const bool is_number = !digits.empty() && digits.front() != '-' && digits.front() != '0' &&
                           std::from_chars(digits.data(), end, number).ptr == end;
    return is_number && number <= kMaxSide ? number : 0;
  };
  const std::pair sides(side(text.substr(0, cross)), side(text.substr(cross + 1)));
  if (sides.first == 0 || sides.second == 0) return std::nullopt;
  return sides;
}

Config parse_config(std::string_view config_json, const Config& usual) {
  Config config = usual;
  const json document = kReader.read_object(config_json);
  for (const auto& [key, value] : document.items()) read_member(key, value, config);
  return config;
}

Request parse_request(std::string_view request_json, const Config& config) {
  const json document = json::parse(request_json, nullptr, false);
  const bool is_sound = document.is_object() && document.value("v", 0) == 1 && document.contains("prompt") &&
                        document["prompt"].is_string() && document.contains("width") &&
                        document["width"].is_number_integer() && document.contains("height") &&
                        document["height"].is_number_integer();
  if (!is_sound) refuse_request("the request: expected {\"v\": 1, prompt, width, height}, found something else");
  Request request;
  request.prompt = document["prompt"].get<std::string>();
  if (request.prompt.empty() || request.prompt.size() > config.max_prompt_bytes) {
    refuse_request("prompt: expected 1 to " + std::to_string(config.max_prompt_bytes) + " bytes, found " +
                   std::to_string(request.prompt.size()));
  }
  const Size* size = config.find(document["width"].get<std::int64_t>(), document["height"].get<std::int64_t>());
  if (size == nullptr) refuse_request("size: expected one of describe(), found another");
  request.size = *size;
  return request;
}

}  // namespace platos::image_vendors
