#include "message_writer.hpp"

namespace platos::provider_openai {

void MessageWriter::write_system(std::string_view raw_text) {
  json_.begin_object().key("role").value("system").key("content");
  write_raw_text(raw_text);
  json_.end_object();
}

void MessageWriter::write(const RequestMessage& message) {
  if (message.role != Role::Tool) write_moved_images();
  json_.begin_object().key("role");
  switch (message.role) {
    case Role::Assistant: write_assistant(message); break;
    case Role::Tool: write_tool_result(message); break;
    case Role::User:
    case Role::Unspecified: write_user(message); break;
  }
  json_.end_object();
}

void MessageWriter::write_user(const RequestMessage& message) {
  json_.value("user").key("content");
  if (!message.has_image()) return write_joined_text(message);
  json_.begin_array();
  for (const RequestPart& part : message.parts) {
    if (part.is_image) {
      write_image_part(part);
    } else {
      write_text_part(part.raw_text);
    }
  }
  json_.end_array();
}

void MessageWriter::write_assistant(const RequestMessage& message) {
  move_images(message);
  json_.value("assistant").key("content");
  if (message.tool_calls.empty()) return write_joined_text(message);
  if (message.has_text()) {
    write_joined_text(message);
  } else {
    json_.raw("null");
  }
  json_.key("tool_calls").begin_array();
  for (const RequestToolCall& call : message.tool_calls) write_tool_call(call);
  json_.end_array();
}

void MessageWriter::write_tool_call(const RequestToolCall& call) {
  json_.begin_object().key("id");
  write_raw_text(ids_.wire_id(call.raw_id_text));
  json_.key("type").value("function").key("function").begin_object();
  json_.key("name").value(names_.wire_name(call.raw_name_text));
  json_.key("arguments").value(call.raw_arguments).end_object().end_object();
}

void MessageWriter::write_tool_result(const RequestMessage& message) {
  move_images(message);
  json_.value("tool").key("tool_call_id");
  write_raw_text(ids_.wire_id(message.raw_tool_call_id_text));
  json_.key("content");
  // The wire has no mark for a failed call, so the model is told in the text.
  write_joined_text(message, message.is_error ? "Error: " : "");
}

void MessageWriter::move_images(const RequestMessage& message) {
  for (const RequestPart& part : message.parts) {
    if (part.is_image) moved_images_.push_back(part);
  }
}

void MessageWriter::write_moved_images() {
  if (moved_images_.empty()) return;
  json_.begin_object().key("role").value("user").key("content").begin_array();
  write_text_part("Images of the messages above:");
  for (const RequestPart& image : moved_images_) write_image_part(image);
  json_.end_array().end_object();
  moved_images_.clear();
}

void MessageWriter::write_joined_text(const RequestMessage& message, std::string_view prefix) {
  json_.raw("\"");
  out_ += prefix;
  message.append_raw_text(out_);
  out_ += '"';
}

void MessageWriter::write_text_part(std::string_view raw_text) {
  json_.begin_object().key("type").value("text").key("text");
  write_raw_text(raw_text);
  json_.end_object();
}

void MessageWriter::write_image_part(const RequestPart& image) {
  json_.begin_object().key("type").value("image_url").key("image_url").begin_object().key("url").raw("\"data:");
  out_ += image.raw_mime_text;
  out_ += ";base64,";
  out_ += image.raw_data_text;
  out_ += '"';
  json_.end_object().end_object();
}

void MessageWriter::write_raw_text(std::string_view raw_text) {
  json_.raw("\"");
  out_ += raw_text;
  out_ += '"';
}

}  // namespace platos::provider_openai
