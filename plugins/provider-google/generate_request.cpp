#include "generate_request.hpp"

#include "common/provider/canonical_request.hpp"
#include "conversation_writer.hpp"
#include "generation_config.hpp"
#include "model_path.hpp"
#include "platos/cpp/json_writer.hpp"
#include "tool_rules.hpp"

namespace platos::provider_google {
namespace {

void write_system(const CanonicalRequest& source, sdk::JsonWriter& json) {
  if (source.raw_system_text.empty() || source.vendor_has("systemInstruction")) return;
  json.key("systemInstruction").begin_object().key("parts").begin_array();
  json.begin_object().key("text").raw(with_quotes(source.raw_system_text)).end_object();
  json.end_array().end_object();
}

void write_body(const CanonicalRequest& source, const ToolNames& names, const ToolRules& rules, std::string& out) {
  sdk::JsonWriter json(out);
  json.begin_object();
  write_system(source, json);
  ConversationWriter(json, names).write(source.messages);
  rules.write(json);
  write_generation_config(source, rules.wants_json(), json);
  for (const auto& [key, raw_value] : source.vendor) {
    if (key != kGenerationConfig) json.key(key).raw(raw_value);
  }
  json.end_object();
}

std::string url_of(const CanonicalRequest& source, const Config& config) {
  const std::string model_url = config.base_url + '/' + model_path(source.model);
  return model_url + (source.stream ? ":streamGenerateContent?alt=sse" : ":generateContent");
}

GenerateRequest translate(const CanonicalRequest& source, const Config& config) {
  if (source.vendor_has("contents")) throw WrongType("no member named contents", "vendor", "one");
  GenerateRequest request;
  request.url = url_of(source, config);
  request.stream = source.stream;
  request.tool_names = ToolNames(source.raw_tool_names());
  request.earlier_tool_calls = source.count_tool_calls();
  const ToolRules rules(source, request.tool_names);
  request.answer_tool = rules.answer_tool();
  write_body(source, request.tool_names, rules, request.body);
  return request;
}

}  // namespace

GenerateRequest build_generate_request(std::string_view request_json, const Config& config) {
  return with_canonical_request(request_json,
                                [&](const CanonicalRequest& source) { return translate(source, config); });
}

}  // namespace platos::provider_google
