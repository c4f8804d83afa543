// The host table's service mail.
#include "extension/services/call.hpp"
#include "extension/services/host_table.hpp"

namespace platos::extension {
namespace {

constexpr std::size_t kMaxMailBytes = 64 * 1024 * 1024;
constexpr std::size_t kMaxMailItems = 1000;

bool take(platos_slice_t slice, std::string& out) {
  if (slice.size > kMaxMailBytes || (slice.size > 0 && slice.data == nullptr)) return false;
  out.assign(slice.size == 0 ? "" : slice.data, slice.size);
  return true;
}

bool take_list(const platos_slice_t* slices, std::size_t count, std::vector<std::string>& out) {
  if (count > kMaxMailItems || (count > 0 && slices == nullptr)) return false;
  out.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    if (!take(slices[i], out[i])) return false;
  }
  return true;
}

bool take_attachments(const platos_mail_t& given, std::vector<egress::MailAttachment>& out) {
  if (given.attachment_count > kMaxMailItems || (given.attachment_count > 0 && given.attachments == nullptr))
    return false;
  out.resize(given.attachment_count);
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const platos_mail_attachment_t& each = given.attachments[i];
    bytes += each.bytes.size;
    if (bytes > kMaxMailBytes || !take(each.name, out[i].name) || !take(each.content_type, out[i].content_type) ||
        !take(each.bytes, out[i].bytes))
      return false;
  }
  return true;
}

bool take_mail(const platos_mail_t& given, egress::Mail& out) {
  return take_list(given.to, given.to_count, out.to) && take_list(given.cc, given.cc_count, out.cc) &&
         take_list(given.bcc, given.bcc_count, out.bcc) && take(given.reply_to, out.reply_to) &&
         take(given.subject, out.subject) && take(given.text, out.text) && take(given.html, out.html) &&
         take_attachments(given, out.attachments);
}

}  // namespace

void HostTable::fill_mail() {
  mail_table_.struct_size = sizeof mail_table_;
  mail_table_.send = [](const platos_host_t* self, platos_call_t* call, const platos_mail_t* mail,
                        const platos_writer_t* message_id, platos_error_t* error) noexcept -> std::int32_t {
    return of(self).send_mail(call, mail, message_id, error);
  };
}

std::int32_t HostTable::send_mail(const platos_call_t* call, const platos_mail_t* mail, const platos_writer_t* writer,
                                  platos_error_t* error) const {
  egress::Mail taken;
  if (call == nullptr || mail == nullptr || mail->struct_size < sizeof(platos_mail_t) || writer == nullptr ||
      writer->write == nullptr || !take_mail(*mail, taken))
    return refuse(error, PLATOS_INVALID_ARGUMENT,
                  "mail: expected a call, a writer, and a mail with lists of at most 1000 entries and 64 MiB");
  const auto id = services_.mail->send(taken, label_, *call);
  if (!id) return refuse(error, id.error());
  return writer->write(writer->context, slice_of(*id));
}

}  // namespace platos::extension
