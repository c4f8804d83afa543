#include "config.hpp"

#include <nlohmann/json.hpp>

#include "common/provider/config_reading.hpp"
#include "request_url.hpp"

namespace platos::provider_openai {
namespace {

constexpr ConfigReader kReader("provider-openai");

std::string read_max_tokens_field(const nlohmann::json& value) {
  if (value != "max_completion_tokens" && value != "max_tokens") {
    kReader.refuse_value("max_tokens_field", "\"max_completion_tokens\" or \"max_tokens\"", value);
  }
  return value.get<std::string>();
}

std::string read_path(const nlohmann::json& value) {
  std::string path = kReader.read_text("path", value);
  if (const std::string expected = path_problem(path); !expected.empty()) kReader.refuse_value("path", expected, value);
  return path;
}

std::vector<std::pair<std::string, std::string>> read_query(const nlohmann::json& value) {
  if (!value.is_object()) kReader.refuse_value("query", "an object of strings", value);
  std::vector<std::pair<std::string, std::string>> query;
  for (const auto& [name, text] : value.items()) query.emplace_back(name, kReader.read_text("query." + name, text));
  return query;
}

ToolCallIdForm read_tool_call_ids(const nlohmann::json& value) {
  if (value == "as_given") return ToolCallIdForm::AsGiven;
  if (value == "alphanumeric_9") return ToolCallIdForm::Alphanumeric9;
  kReader.refuse_value("tool_call_ids", "\"as_given\" or \"alphanumeric_9\"", value);
}

void read_member(const std::string& key, const nlohmann::json& value, Config& config) {
  if (kReader.read_common(key, value, config)) return;
  if (key == "path") {
    config.path = read_path(value);
  } else if (key == "query") {
    config.query = read_query(value);
  } else if (key == "api_key_header") {
    config.api_key_header = kReader.read_header_name(key, value);
  } else if (key == "organization") {
    config.organization = kReader.read_header_value(key, value);
  } else if (key == "usage_in_stream") {
    config.usage_in_stream = kReader.read_flag(key, value);
  } else if (key == "max_tokens_field") {
    config.max_tokens_field = read_max_tokens_field(value);
  } else if (key == "tools") {
    config.tools = kReader.read_flag(key, value);
  } else if (key == "tool_call_ids") {
    config.tool_call_ids = read_tool_call_ids(value);
  } else {
    kReader.refuse_key(key,
                       "base_url, path, query, api_key_required, api_key_header, extra_headers, organization, models, "
                       "usage_in_stream, max_tokens_field, tools and tool_call_ids");
  }
}

}  // namespace

Config parse_config(std::string_view config_json) {
  const nlohmann::json document = kReader.read_object(config_json);
  Config config;
  for (const auto& [key, value] : document.items()) read_member(key, value, config);
  // The codec's own header would stand beside the operator's, and servers disagree on which one counts.
  if (config.api_key_required) {
    kReader.refuse_header(config.extra_headers, config.api_key_header, "while api_key_required is true");
  }
  if (!config.organization.empty()) {
    kReader.refuse_header(config.extra_headers, "OpenAI-Organization", "while organization is set");
  }
  return config;
}

}  // namespace platos::provider_openai
