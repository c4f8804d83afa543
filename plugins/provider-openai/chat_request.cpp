#include "chat_request.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "common/provider/canonical_request.hpp"
#include "common/provider/vendor_error.hpp"
#include "message_writer.hpp"
#include "platos/cpp/json_writer.hpp"
#include "request_url.hpp"

namespace platos::provider_openai {
namespace {

/// Writes one body. What `vendor` has is not written by the other members.
class BodyWriter {
 public:
  /// Into the body of `request`, whose tables must be made.
  BodyWriter(const CanonicalRequest& source, const Config& config, ChatRequest& request)
      : source_(source),
        config_(config),
        names_(request.tool_names),
        ids_(request.tool_call_ids),
        out_(request.body),
        json_(request.body) {}

  void write() {
    json_.begin_object().key("model").raw(source_.raw_model).key("stream").value(source_.stream);
    if (source_.stream && config_.usage_in_stream && !source_.vendor_has("stream_options")) {
      json_.key("stream_options").raw(R"({"include_usage":true})");
    }
    write_messages();
    // A choice without tools is refused by OpenAI.
    if (!source_.tools.empty()) {
      write_tools();
      write_tool_choice();
    }
    write_limits();
    write_response_format();
    for (const auto& [key, raw_value] : source_.vendor) json_.key(key).raw(raw_value);
    json_.end_object();
  }

 private:
  void write_messages();
  void write_tools();
  void write_tool_choice();
  void write_limits();
  void write_response_format();

  const CanonicalRequest& source_;
  const Config& config_;
  const ToolNames& names_;
  const ToolCallIds& ids_;
  std::string& out_;
  sdk::JsonWriter json_;
};

void BodyWriter::write_messages() {
  MessageWriter messages(out_, json_, names_, ids_);
  json_.key("messages").begin_array();
  if (!source_.raw_system_text.empty()) messages.write_system(source_.raw_system_text);
  for (const RequestMessage& message : source_.messages) messages.write(message);
  messages.finish();
  json_.end_array();
}

void BodyWriter::write_tools() {
  if (source_.vendor_has("tools")) return;
  json_.key("tools").begin_array();
  for (const RequestTool& tool : source_.tools) {
    json_.begin_object().key("type").value("function").key("function").begin_object();
    json_.key("name").value(names_.wire_name(tool.raw_name_text));
    if (tool.raw_description) json_.key("description").raw(*tool.raw_description);
    json_.key("parameters").raw(tool.raw_schema).end_object().end_object();
  }
  json_.end_array();
}

void BodyWriter::write_tool_choice() {
  if (!source_.tool_choice || source_.vendor_has("tool_choice")) return;
  const std::string_view choice = *source_.tool_choice;
  json_.key("tool_choice");
  if (choice == "auto" || choice == "none" || choice == "required") {
    json_.value(choice);
  } else {
    json_.begin_object().key("type").value("function").key("function").begin_object();
    json_.key("name").value(names_.wire_name(choice)).end_object().end_object();
  }
}

void BodyWriter::write_limits() {
  const bool vendor_limits_tokens = source_.vendor_has("max_tokens") || source_.vendor_has("max_completion_tokens");
  if (source_.raw_max_output_tokens && !vendor_limits_tokens) {
    json_.key(config_.max_tokens_field).raw(*source_.raw_max_output_tokens);
  }
  if (source_.raw_temperature && !source_.vendor_has("temperature")) {
    json_.key("temperature").raw(*source_.raw_temperature);
  }
  if (source_.raw_stop.empty() || source_.vendor_has("stop")) return;
  json_.key("stop").begin_array();
  for (const std::string_view raw_text : source_.raw_stop) json_.raw(raw_text);
  json_.end_array();
}

void BodyWriter::write_response_format() {
  if (!source_.raw_response_schema || source_.vendor_has("response_format")) return;
  json_.key("response_format").begin_object().key("type").value("json_schema").key("json_schema").begin_object();
  json_.key("name").value("response").key("schema").raw(*source_.raw_response_schema).end_object().end_object();
}

void check_tools(const CanonicalRequest& source, const Config& config) {
  const bool has_calls = std::any_of(source.messages.begin(), source.messages.end(), [](const RequestMessage& message) {
    return message.role == Role::Tool || !message.tool_calls.empty();
  });
  if (config.tools || (source.tools.empty() && !has_calls)) return;
  throw plain_failure(PLATOS_UNIMPLEMENTED,
                      "chat request: " + std::string(source.tools.empty() ? "messages" : "tools") + ": " +
                          config.base_url + " takes no tools (\"tools\": false in the instance's config); expected " +
                          "an agent without tools, or a model of another instance",
                      false);
}

std::string model_of(const CanonicalRequest& source) {
  const nlohmann::json model = nlohmann::json::parse(source.raw_model, nullptr, false);
  if (!model.is_string()) throw WrongType("a string", "model", "another value");
  return model.get<std::string>();
}

ChatRequest translate(const CanonicalRequest& source, const Config& config) {
  check_tools(source, config);
  ChatRequest request;
  request.stream = source.stream;
  if (config.path.find(kModelPlace) != std::string::npos) {
    request.url = url_for_model(url_of(config), model_of(source));
  }
  request.tool_names = ToolNames(source.raw_tool_names());
  request.tool_call_ids = ToolCallIds(config.tool_call_ids, source.messages);
  request.earlier_tool_calls = source.count_tool_calls();
  BodyWriter(source, config, request).write();
  return request;
}

}  // namespace

ChatRequest build_chat_request(std::string_view request_json, const Config& config) {
  return with_canonical_request(request_json,
                                [&](const CanonicalRequest& source) { return translate(source, config); });
}

}  // namespace platos::provider_openai
