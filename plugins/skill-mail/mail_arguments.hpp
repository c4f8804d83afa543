// The arguments of email_send. Pure function; any thread.
#pragma once

#include <string_view>

#include "platos/cpp/services.hpp"

namespace platos::skill_mail {

/// Of the arguments as text: attachments come in base64.
inline constexpr std::size_t kArgumentBytesLimit = 16 * 1024 * 1024;
inline constexpr std::size_t kRecipientLimit = 100;
inline constexpr std::size_t kAttachmentLimit = 20;
inline constexpr std::size_t kTextBytesLimit = 1024 * 1024;
inline constexpr std::size_t kSubjectBytesLimit = 998;

inline constexpr const char* kInputSchema = R"({
  "type": "object",
  "required": ["to", "subject"],
  "additionalProperties": false,
  "properties": {
    "to": {"anyOf": [{"type": "string", "maxLength": 254},
                     {"type": "array", "minItems": 1, "maxItems": 100, "items": {"type": "string", "maxLength": 254}}],
           "description": "Address or addresses, such as ada@example.com"},
    "cc": {"anyOf": [{"type": "string", "maxLength": 254},
                     {"type": "array", "maxItems": 100, "items": {"type": "string", "maxLength": 254}}]},
    "bcc": {"anyOf": [{"type": "string", "maxLength": 254},
                      {"type": "array", "maxItems": 100, "items": {"type": "string", "maxLength": 254}}]},
    "replyTo": {"type": "string", "maxLength": 254},
    "subject": {"type": "string", "minLength": 1, "maxLength": 998, "description": "One line"},
    "text": {"type": "string", "maxLength": 1048576, "description": "The mail as plain text. This, html, or both."},
    "html": {"type": "string", "maxLength": 1048576, "description": "The mail as HTML"},
    "attachments": {"type": "array", "maxItems": 20, "items": {
      "type": "object", "required": ["name"], "additionalProperties": false, "properties": {
        "name": {"type": "string", "minLength": 1, "maxLength": 255, "description": "File name"},
        "contentType": {"type": "string", "maxLength": 127, "description": "Such as text/csv"},
        "text": {"type": "string", "description": "Its content as text"},
        "base64": {"type": "string", "description": "Its content as bytes, in base64, in place of text"}}}}}})";

/// Throws Error(PLATOS_INVALID_ARGUMENT) that names the argument, what was expected and what was found.
sdk::OutgoingMail read_arguments(std::string_view args_json);

}  // namespace platos::skill_mail
