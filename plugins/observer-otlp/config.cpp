#include "config.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "common/bounded_json.hpp"
#include "common/provider/header_text.hpp"
#include "common/provider/safe_text.hpp"

namespace platos::observer_otlp {
namespace {

using Json = nlohmann::json;
using plugin_common::describe;
using plugin_common::integer_between;
using plugin_common::refuse;
using provider_common::equals_ignoring_case;
using provider_common::is_header_name;
using provider_common::is_printable_ascii;

constexpr int kMaxDepth = 4;
constexpr std::size_t kMaxHeaders = 32;
constexpr std::size_t kMaxIdentityBytes = 256;
constexpr std::string_view kWhat = "config of observer-otlp: ";

std::string place(std::string_view member) { return std::string(kWhat).append(member); }

std::string read_endpoint(const Json& value) {
  constexpr std::string_view kExpected =
      "an absolute http or https URL without user info, query and fragment, such as http://127.0.0.1:4318";
  if (!value.is_string()) refuse(place("endpoint"), kExpected, describe(value));
  std::string url = value.get<std::string>();
  // Secrets may stand in a URL by mistake, so the text itself is not shown.
  if (url.empty()) refuse(place("endpoint"), kExpected, "nothing; is OTEL_EXPORTER_OTLP_ENDPOINT set?");
  const std::size_t scheme_end = url.find("://");
  const std::string scheme = url.substr(0, std::min(scheme_end, url.size()));
  const bool absolute = scheme_end != std::string::npos &&
                        (equals_ignoring_case(scheme, "http") || equals_ignoring_case(scheme, "https"));
  const bool plain = is_printable_ascii(url) && url.find_first_of(" \"<>\\^`{|}@?#") == std::string::npos;
  while (url.ends_with('/')) url.pop_back();
  if (!absolute || !plain || url.size() <= scheme_end + 3) refuse(place("endpoint"), kExpected, "another text");
  return url;
}

void read_headers(const Json& value, Config& config) {
  constexpr std::array<std::string_view, 5> kReserved = {"content-type", "content-length", "host", "connection",
                                                         "transfer-encoding"};
  if (!value.is_object() || value.size() > kMaxHeaders) {
    refuse(place("headers"), "an object of at most 32 texts", describe(value));
  }
  for (const auto& [name, text] : value.items()) {
    const auto same = [&own_name = name](std::string_view other) { return equals_ignoring_case(other, own_name); };
    const std::string shown = plugin_common::in_quotes(name);
    if (!is_header_name(name)) refuse(place("headers"), "header names", shown);
    if (std::any_of(kReserved.begin(), kReserved.end(), same)) {
      refuse(place("headers"), "headers that the exporter does not write itself", shown);
    }
    if (!text.is_string() || !is_printable_ascii(text.get_ref<const std::string&>())) {
      refuse(place("headers"), "values of printable ASCII", "another value of " + shown);
    }
    config.headers.emplace_back(name, text.get<std::string>());
  }
}

std::string read_identity(std::string_view member, const Json& value) {
  if (!value.is_string() || value.get_ref<const std::string&>().size() > kMaxIdentityBytes) {
    refuse(place(member), "a text of at most 256 bytes", describe(value));
  }
  return value.get<std::string>();
}

void read_member(const std::string& member, const Json& value, Config& config) {
  if (member == "endpoint") {
    config.endpoint = read_endpoint(value);
  } else if (member == "headers") {
    read_headers(value, config);
  } else if (member == "service_version") {
    config.service_version = read_identity(member, value);
  } else if (member == "service_instance_id") {
    config.service_instance_id = read_identity(member, value);
  } else if (member == "timeout_ms") {
    config.timeout_ms = static_cast<std::int32_t>(integer_between(place(member), value, 100, 60'000));
  } else if (member == "max_queue_records") {
    config.max_queue_records = static_cast<std::size_t>(integer_between(place(member), value, 512, 1'000'000));
  } else if (member == "max_queue_mb") {
    config.max_queue_bytes = static_cast<std::size_t>(integer_between(place(member), value, 4, 1024)) * 1024 * 1024;
  } else if (member == "max_text_bytes") {
    config.max_text_bytes = static_cast<std::size_t>(integer_between(place(member), value, 64, 65536));
  } else {
    refuse("config of observer-otlp",
           "the members endpoint, headers, service_version, service_instance_id, timeout_ms, max_queue_records, "
           "max_queue_mb and max_text_bytes",
           plugin_common::in_quotes(member));
  }
}

}  // namespace

Config parse_config(std::string_view config_json) {
  const Json document = plugin_common::parse_object(config_json, "config of observer-otlp", kMaxDepth);
  if (!document.contains("endpoint")) refuse(place("endpoint"), "a URL", "nothing");
  Config config;
  for (const auto& [member, value] : document.items()) read_member(member, value, config);
  return config;
}

}  // namespace platos::observer_otlp
