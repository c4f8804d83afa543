#include "mail_arguments.hpp"

#include <algorithm>
#include <initializer_list>

#include "common/base64.hpp"
#include "common/bounded_json.hpp"

namespace platos::skill_mail {
namespace {

using nlohmann::json;
using plugin_common::describe;
using plugin_common::in_quotes;
using plugin_common::refuse;

std::string named(std::string_view member) { return "argument \"" + std::string(member) + "\" of email_send"; }

void check_members(const json& object, std::string_view what, std::initializer_list<std::string_view> known) {
  for (const auto& member : object.items()) {
    if (std::find(known.begin(), known.end(), member.key()) != known.end()) continue;
    std::string list;
    for (const auto name : known) list += (list.empty() ? "" : ", ") + std::string(name);
    refuse(what, "only " + list, in_quotes(member.key()));
  }
}

std::string text_member(const json& object, const char* member, const std::string& what, std::size_t max_bytes) {
  const auto found = object.find(member);
  if (found == object.end()) return {};
  if (!found->is_string()) refuse(what, "a text", describe(*found));
  const auto& text = found->get_ref<const std::string&>();
  if (text.size() > max_bytes)
    refuse(what, "at most " + std::to_string(max_bytes) + " bytes", std::to_string(text.size()) + " bytes");
  return text;
}

// What an address may be the host checks, by the operator's rules too.
std::vector<std::string> addresses(const json& object, const char* member) {
  const auto found = object.find(member);
  if (found == object.end()) return {};
  if (found->is_string()) return {found->get<std::string>()};
  const bool fits = found->is_array() && found->size() <= kRecipientLimit &&
                    std::all_of(found->begin(), found->end(), [](const json& each) { return each.is_string(); });
  if (!fits) refuse(named(member), "an address, or an array of at most 100", describe(*found));
  return found->get<std::vector<std::string>>();
}

sdk::OutgoingMail::Attachment read_attachment(const json& given) {
  const std::string what = named("attachments");
  if (!given.is_object()) refuse(what, "objects", describe(given));
  check_members(given, what, {"name", "contentType", "text", "base64"});
  const bool is_text = given.contains("text");
  if (is_text == given.contains("base64")) refuse(what, "either text or base64 in each", is_text ? "both" : "neither");
  sdk::OutgoingMail::Attachment attachment;
  attachment.name = text_member(given, "name", what + ", name", 255);
  if (attachment.name.empty()) refuse(what + ", name", "a file name", "none");
  attachment.content_type = text_member(given, "contentType", what + ", contentType", 127);
  if (attachment.content_type.empty()) attachment.content_type = is_text ? "text/plain" : "application/octet-stream";
  attachment.bytes = text_member(given, is_text ? "text" : "base64", what, kArgumentBytesLimit);
  if (is_text) return attachment;
  auto bytes = plugin_common::from_base64(attachment.bytes);
  if (!bytes) refuse(what + ", base64", "base64", "another text");
  attachment.bytes = std::move(*bytes);
  return attachment;
}

}  // namespace

sdk::OutgoingMail read_arguments(std::string_view args_json) {
  constexpr const char* kWhat = "arguments of email_send";
  if (args_json.size() > kArgumentBytesLimit)
    refuse(kWhat, "at most 16 MiB", std::to_string(args_json.size()) + " bytes");
  const json given = plugin_common::parse_object(args_json, kWhat, 8);
  check_members(given, kWhat, {"to", "cc", "bcc", "replyTo", "subject", "text", "html", "attachments"});
  sdk::OutgoingMail mail;
  mail.to = addresses(given, "to");
  if (mail.to.empty()) refuse(named("to"), "at least one address", "none");
  mail.cc = addresses(given, "cc");
  mail.bcc = addresses(given, "bcc");
  mail.reply_to = text_member(given, "replyTo", named("replyTo"), 254);
  mail.subject = text_member(given, "subject", named("subject"), kSubjectBytesLimit);
  if (mail.subject.empty()) refuse(named("subject"), "a line of text", "none");
  mail.text = text_member(given, "text", named("text"), kTextBytesLimit);
  mail.html = text_member(given, "html", named("html"), kTextBytesLimit);
  if (mail.text.empty() && mail.html.empty()) refuse(named("text"), "a text, or html", "neither");
  if (const auto found = given.find("attachments"); found != given.end()) {
    if (!found->is_array() || found->size() > kAttachmentLimit)
      refuse(named("attachments"), "an array of at most 20", describe(*found));
    for (const json& each : *found) mail.attachments.push_back(read_attachment(each));
  }
  return mail;
}

}  // namespace platos::skill_mail
