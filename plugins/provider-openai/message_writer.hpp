// The conversation of a chat request in the form of chat completions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common.hpp"
#include "common/provider/canonical_request.hpp"
#include "common/provider/tool_names.hpp"
#include "platos/cpp/json_writer.hpp"
#include "tool_call_ids.hpp"

namespace platos::provider_openai {

/// Writes the items of the "messages" array. What it is given must outlive it.
///
/// Text parts become one string, joined by line breaks, because many servers take nothing else; only a user message
/// with an image becomes an array. Images of tools and of the assistant, for which the wire has no place, follow in a
/// user message of their own, after the tool messages that must stand together.
class MessageWriter {
 public:
  /// Appends to `out`, between begin_array() and end_array() of `json`, which writes to the same string.
  MessageWriter(std::string& out, sdk::JsonWriter& json, const ToolNames& names, const ToolCallIds& ids)
      : out_(out), json_(json), names_(names), ids_(ids) {}

  void write_system(std::string_view raw_text);
  void write(const RequestMessage& message);
  /// To be called after the last message.
  void finish() { write_moved_images(); }

 private:
  void write_user(const RequestMessage& message);
  void write_assistant(const RequestMessage& message);
  void write_tool_result(const RequestMessage& message);
  void write_tool_call(const RequestToolCall& call);
  void write_moved_images();
  void move_images(const RequestMessage& message);
  void write_joined_text(const RequestMessage& message, std::string_view prefix = {});
  void write_text_part(std::string_view raw_text);
  void write_image_part(const RequestPart& image);
  void write_raw_text(std::string_view raw_text);

  std::string& out_;
  sdk::JsonWriter& json_;
  const ToolNames& names_;
  const ToolCallIds& ids_;
  std::vector<RequestPart> moved_images_;
};

}  // namespace platos::provider_openai
