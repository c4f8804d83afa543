// The canonical chat request (sdk/schema/chat-request.json) as views of its text.
//
// Members named raw_* are JSON as it stands in the request; raw_*_text is what stands between the quotes of a string,
// escapes included. Both can be copied into another JSON text without a second look.
#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "json_reading.hpp"

namespace platos::provider_openai {

struct RequestPart {
  bool is_image = false;
  std::string_view raw_text;       ///< of a text part
  std::string_view raw_mime_text;  ///< of an image
  std::string_view raw_data_text;
};

struct RequestToolCall {
  std::string_view raw_id_text;
  std::string_view raw_name_text;
  std::string_view raw_arguments;
};

enum class Role { Unspecified, User, Assistant, Tool };

struct RequestMessage {
  Role role = Role::Unspecified;
  std::vector<RequestPart> parts;  ///< without thinking, which has no place on this wire
  std::vector<RequestToolCall> tool_calls;
  std::string_view raw_tool_call_id_text;
  bool is_error = false;

  bool has_image() const noexcept;
  bool has_text() const noexcept;
};

struct RequestTool {
  std::string_view raw_name_text;
  std::optional<std::string_view> raw_description;
  std::string_view raw_schema;
};

struct CanonicalRequest {
  std::string_view raw_model;
  std::string_view raw_system_text;
  std::vector<RequestMessage> messages;
  std::vector<RequestTool> tools;
  std::optional<std::string_view> tool_choice;
  std::optional<std::string_view> raw_max_output_tokens;
  std::optional<std::string_view> raw_temperature;
  std::vector<std::string_view> raw_stop;
  std::optional<std::string_view> raw_response_schema;
  bool stream = true;
  std::vector<std::pair<std::string_view, std::string_view>> vendor;  ///< key, raw value; values may be null

  bool vendor_has(std::string_view key) const noexcept;
};

/// Reads front to back, once. `source` belongs to a JsonText that must outlive the result. Members that are not known
/// are passed over. Throws as json_reading.hpp says, also when a required member is missing.
CanonicalRequest read_canonical_request(ondemand::object source);

}  // namespace platos::provider_openai
