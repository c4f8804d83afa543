#include "common/provider/canonical_request.hpp"

#include <algorithm>

#include "platos/cpp/error.hpp"
#include "platos/status.h"

namespace platos::provider_common {
namespace {

using RawValue = std::optional<std::string_view>;

std::string_view required(const RawValue& value, std::string_view path) {
  if (!value) throw WrongType("a value", path, "nothing");
  return *value;
}

Role read_role(ondemand::value& value) {
  const std::string_view role = text_at(value, "messages[].role");
  if (role == "user") return Role::User;
  if (role == "assistant") return Role::Assistant;
  if (role == "tool") return Role::Tool;
  throw WrongType("user, assistant or tool", "messages[].role", "another role");
}

std::string_view raw_string_at(ondemand::value& value, std::string_view path) {
  return with_quotes(raw_text_at(value, path));
}

std::string_view raw_inside(std::string_view raw_string) { return raw_string.substr(1, raw_string.size() - 2); }

void read_request_part(ondemand::object source, RequestMessage& message) {
  RawValue type, text, mime, data;
  RequestThought thought;
  for_each_member(source, [&](std::string_view key, ondemand::value& value) {
    if (key == "type") {
      type = text_at(value, "messages[].content[].type");
    } else if (key == "text") {
      thought.raw_text = raw_string_at(value, "messages[].content[].text");
      text = raw_inside(thought.raw_text);
    } else if (key == "signature") {
      thought.raw_signature = raw_string_at(value, "messages[].content[].signature");
    } else if (key == "redacted_data") {
      thought.raw_redacted_data = raw_string_at(value, "messages[].content[].redacted_data");
    } else if (key == "thought_signature") {
      thought.raw_thought_signature = raw_string_at(value, "messages[].content[].thought_signature");
    } else if (key == "tool_call_id") {
      thought.raw_tool_call_id_text = raw_text_at(value, "messages[].content[].tool_call_id");
    } else if (key == "mime") {
      mime = raw_text_at(value, "messages[].content[].mime");
    } else if (key == "data_base64") {
      data = raw_text_at(value, "messages[].content[].data_base64");
    }
  });
  const std::string_view kind = required(type, "messages[].content[].type");
  if (kind == "text") {
    message.parts.push_back({false, required(text, "messages[].content[].text"), {}, {}});
  } else if (kind == "image") {
    const std::string_view raw_mime = required(mime, "messages[].content[].mime");
    message.parts.push_back({true, {}, raw_mime, required(data, "messages[].content[].data_base64")});
  } else if (kind == "thinking") {
    message.thoughts.push_back(thought);
  } else {
    throw WrongType("text, image or thinking", "messages[].content[].type", "another type");
  }
}

RequestToolCall read_request_tool_call(ondemand::object source) {
  RawValue id, name, arguments;
  for_each_member(source, [&](std::string_view key, ondemand::value& value) {
    if (key == "id") {
      id = raw_text_at(value, "messages[].tool_calls[].id");
    } else if (key == "name") {
      name = raw_text_at(value, "messages[].tool_calls[].name");
    } else if (key == "arguments") {
      arguments = raw_json(value);
    }
  });
  return {required(id, "messages[].tool_calls[].id"), required(name, "messages[].tool_calls[].name"),
          required(arguments, "messages[].tool_calls[].arguments")};
}

RequestMessage read_request_message(ondemand::object source) {
  RequestMessage message;
  RawValue call_id;
  bool has_content = false;
  for_each_member(source, [&](std::string_view key, ondemand::value& value) {
    if (key == "role") {
      message.role = read_role(value);
    } else if (key == "content") {
      has_content = true;
      for_each_item(array_at(value, "messages[].content"), [&](ondemand::value& part) {
        read_request_part(object_at(part, "messages[].content[]"), message);
      });
    } else if (key == "tool_calls") {
      for_each_item(array_at(value, "messages[].tool_calls"), [&](ondemand::value& call) {
        message.tool_calls.push_back(read_request_tool_call(object_at(call, "messages[].tool_calls[]")));
      });
    } else if (key == "tool_call_id") {
      call_id = raw_text_at(value, "messages[].tool_call_id");
    } else if (key == "is_error") {
      message.is_error = flag_at(value, "messages[].is_error");
    }
  });
  if (message.role == Role::Unspecified) throw WrongType("a value", "messages[].role", "nothing");
  if (!has_content) throw WrongType("a value", "messages[].content", "nothing");
  if (message.role == Role::Tool) message.raw_tool_call_id_text = required(call_id, "messages[].tool_call_id");
  return message;
}

RequestTool read_request_tool(ondemand::object source) {
  RequestTool tool;
  RawValue name, schema;
  for_each_member(source, [&](std::string_view key, ondemand::value& value) {
    if (key == "name") {
      name = raw_text_at(value, "tools[].name");
    } else if (key == "description") {
      tool.raw_description = raw_json(value);
    } else if (key == "input_schema") {
      schema = raw_json(value);
    }
  });
  tool.raw_name_text = required(name, "tools[].name");
  tool.raw_schema = required(schema, "tools[].input_schema");
  return tool;
}

// Members that limit or shape the answer.
void read_option(std::string_view key, ondemand::value& value, CanonicalRequest& request) {
  if (key == "tool_choice") {
    request.tool_choice = text_at(value, "tool_choice");
  } else if (key == "max_output_tokens") {
    request.raw_max_output_tokens = raw_json(value);
  } else if (key == "temperature") {
    request.raw_temperature = raw_json(value);
  } else if (key == "thinking") {
    for_each_member(object_at(value, "thinking"), [&](std::string_view name, ondemand::value& budget) {
      if (name == "budget_tokens") request.thinking_budget_tokens = integer_at(budget, "thinking.budget_tokens");
    });
  } else if (key == "stop") {
    for_each_item(array_at(value, "stop"), [&](ondemand::value& item) { request.raw_stop.push_back(raw_json(item)); });
  } else if (key == "response_schema") {
    request.raw_response_schema = raw_json(value);
  } else if (key == "stream") {
    request.stream = flag_at(value, "stream");
  } else if (key == "vendor") {
    for_each_raw_member(object_at(value, "vendor"), [&](std::string_view name, std::string_view raw_value) {
      request.vendor.emplace_back(name, raw_value);
    });
  }
}

}  // namespace

bool RequestMessage::has_image() const noexcept {
  return std::any_of(parts.begin(), parts.end(), [](const RequestPart& part) { return part.is_image; });
}

bool RequestMessage::has_text() const noexcept {
  return std::any_of(parts.begin(), parts.end(), [](const RequestPart& part) { return !part.is_image; });
}

void RequestMessage::append_raw_text(std::string& out) const {
  bool is_first = true;
  for (const RequestPart& part : parts) {
    if (part.is_image) continue;
    if (!is_first) out += "\\n";
    is_first = false;
    out += part.raw_text;
  }
}

bool CanonicalRequest::vendor_has(std::string_view key) const noexcept {
  return std::any_of(vendor.begin(), vendor.end(), [&](const auto& member) { return member.first == key; });
}

std::size_t CanonicalRequest::count_tool_calls() const noexcept {
  std::size_t count = 0;
  for (const RequestMessage& message : messages) count += message.tool_calls.size();
  return count;
}

std::vector<std::string_view> CanonicalRequest::raw_tool_names() const {
  std::vector<std::string_view> names;
  names.reserve(tools.size());
  for (const RequestTool& tool : tools) names.push_back(tool.raw_name_text);
  return names;
}

bool is_blank(std::string_view raw_text) noexcept {
  while (!raw_text.empty()) {
    const bool is_escape = raw_text.starts_with("\\n") || raw_text.starts_with("\\r") || raw_text.starts_with("\\t");
    if (!is_escape && raw_text.front() != ' ') return false;
    raw_text.remove_prefix(is_escape ? 2 : 1);
  }
  return true;
}

void check_vendor_members(const CanonicalRequest& request) {
  // A codec reads the answer by the first and last of these, and the second is its own work.
  for (const std::string_view key : {"model", "messages", "stream"}) {
    if (request.vendor_has(key)) throw WrongType("no member named model, messages or stream", "vendor", key);
  }
}

void refuse_request(const char* reason) {
  throw sdk::Error(PLATOS_INVALID_ARGUMENT, std::string("chat request: ") + reason);
}

CanonicalRequest read_canonical_request(ondemand::object source) {
  CanonicalRequest request;
  RawValue raw_model;
  bool has_messages = false;
  for_each_member(source, [&](std::string_view key, ondemand::value& value) {
    if (key == "model") {
      raw_model = raw_string_at(value, "model");
      request.model = value.get_string().take_value();
    } else if (key == "system") {
      request.raw_system_text = raw_text_at(value, "system");
    } else if (key == "messages") {
      has_messages = true;
      for_each_item(array_at(value, "messages"), [&](ondemand::value& message) {
        request.messages.push_back(read_request_message(object_at(message, "messages[]")));
      });
    } else if (key == "tools") {
      for_each_item(array_at(value, "tools"), [&](ondemand::value& tool) {
        request.tools.push_back(read_request_tool(object_at(tool, "tools[]")));
      });
    } else {
      read_option(key, value, request);
    }
  });
  request.raw_model = required(raw_model, "model");
  if (!has_messages) throw WrongType("a value", "messages", "nothing");
  return request;
}

}  // namespace platos::provider_common
