// The canonical chat request (sdk/schema/chat-request.json) as views of its text.
//
// Members named raw_* are JSON as it stands in the request; raw_*_text is what stands between the quotes of a string,
// escapes included. Both can be copied into another JSON text without a second look.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/provider/json_reading.hpp"

namespace platos::provider_common {

struct RequestPart {
  bool is_image = false;
  std::string_view raw_text;       ///< of a text part
  std::string_view raw_mime_text;  ///< of an image
  std::string_view raw_data_text;
};

/// A thought of the model that it wants back. JSON strings with their quotes; empty when absent.
struct RequestThought {
  std::string_view raw_text;
  std::string_view raw_signature;
  std::string_view raw_redacted_data;  ///< in place of the text, when the vendor hides it
  /// In place of the signature, where another thing than the thought bears it: a call, or else the text of the answer.
  std::string_view raw_thought_signature;
  std::string_view raw_tool_call_id_text;  ///< of that call, without quotes
};

struct RequestToolCall {
  std::string_view raw_id_text;
  std::string_view raw_name_text;
  std::string_view raw_arguments;
};

enum class Role { Unspecified, User, Assistant, Tool };

struct RequestMessage {
  Role role = Role::Unspecified;
  std::vector<RequestPart> parts;        ///< without thinking
  std::vector<RequestThought> thoughts;  ///< the parts of type thinking
  std::vector<RequestToolCall> tool_calls;
  std::string_view raw_tool_call_id_text;
  bool is_error = false;

  bool has_image() const noexcept;
  bool has_text() const noexcept;
  /// Appends its texts as they stand in the request, joined by line breaks.
  void append_raw_text(std::string& out) const;
};

struct RequestTool {
  std::string_view raw_name_text;
  std::optional<std::string_view> raw_description;
  std::string_view raw_schema;
};

struct CanonicalRequest {
  std::string_view model;
  std::string_view raw_model;
  std::string_view raw_system_text;
  std::vector<RequestMessage> messages;
  std::vector<RequestTool> tools;
  std::optional<std::string_view> tool_choice;
  std::optional<std::string_view> raw_max_output_tokens;
  std::optional<std::string_view> raw_temperature;
  std::optional<std::int64_t> thinking_budget_tokens;
  std::vector<std::string_view> raw_stop;
  std::optional<std::string_view> raw_response_schema;
  bool stream = true;
  std::vector<std::pair<std::string_view, std::string_view>> vendor;  ///< key, raw value; values may be null

  bool vendor_has(std::string_view key) const noexcept;
  /// In the whole conversation.
  std::size_t count_tool_calls() const noexcept;
  /// Of the tools, as they stand in the request.
  std::vector<std::string_view> raw_tool_names() const;
};

/// True for the raw text of nothing but white space, escaped or not.
bool is_blank(std::string_view raw_text) noexcept;

/// Reads front to back, once. `source` belongs to a JsonText that must outlive the result. Members that are not known
/// are passed over. Throws as json_reading.hpp says, also when a required member is missing.
CanonicalRequest read_canonical_request(ondemand::object source);

/// Throws WrongType for a vendor member of a name that each codec writes itself.
void check_vendor_members(const CanonicalRequest& request);

/// Throws sdk::Error(INVALID_ARGUMENT).
[[noreturn]] void refuse_request(const char* reason);

/// What use(request) gives for the request in `request_json`, which is valid for that call. What json_reading.hpp
/// throws, in it too, becomes sdk::Error(INVALID_ARGUMENT).
template <typename Use>
auto with_canonical_request(std::string_view request_json, Use&& use) {
  try {
    JsonText text;
    const CanonicalRequest request = read_canonical_request(text.parse(request_json));
    text.expect_end();
    check_vendor_members(request);
    return use(request);
  } catch (const WrongType& error) {
    refuse_request(error.what());
  } catch (const simdjson::simdjson_error& error) {
    refuse_request(error.what());
  }
}

}  // namespace platos::provider_common
