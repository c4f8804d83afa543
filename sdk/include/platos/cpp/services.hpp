// The host services that most plugins want, as small values. Each says whether the operator granted it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platos/cpp/plugin.hpp"
#include "platos/services/http.h"
#include "platos/services/mail.h"
#include "platos/services/public_web.h"
#include "platos/services/seal.h"
#include "platos/services/secrets.h"
#include "platos/services/state_dir.h"

namespace platos::sdk {
inline namespace v1_0 {

/// The instance's private folder. Throws Error(PLATOS_FAILED_PRECONDITION) when "files" was not asked for or granted.
inline std::string state_dir(const Host& host) {
  const auto* table = host.service<platos_host_state_dir_t>(PLATOS_HOST_STATE_DIR);
  if (table == nullptr) throw Error(PLATOS_FAILED_PRECONDITION, "a state folder is needed: grant \"files\"");
  return std::string(view(table->path(host.table())));
}

/// Texts that cannot be read at rest. A cheap value; valid as long as the instance. Its functions throw HostFailure.
class Sealer {
 public:
  /// Throws Error(PLATOS_FAILED_PRECONDITION) when the host has no such service.
  explicit Sealer(const Host& host) : host_(host.table()), table_(host.service<platos_host_seal_t>(PLATOS_HOST_SEAL)) {
    if (table_ == nullptr)
      throw Error(PLATOS_FAILED_PRECONDITION, "a host with the service " PLATOS_HOST_SEAL " is needed");
  }

  std::string seal(const Call& call, std::string_view place, std::string_view text) const {
    return written([&](const platos_writer_t& writer) {
      return table_->seal(host_, call.handle(), slice(place), slice(text), &writer, call.error());
    });
  }
  std::string open(const Call& call, std::string_view place, std::string_view sealed) const {
    return written([&](const platos_writer_t& writer) {
      return table_->open(host_, call.handle(), slice(place), slice(sealed), &writer, call.error());
    });
  }
  /// PLATOS_SEAL_HASH_BYTES for each token, one after the other.
  std::string hash(const Call& call, std::span<const std::string> tokens) const {
    std::vector<platos_slice_t> slices;
    slices.reserve(tokens.size());
    for (const std::string& token : tokens) slices.push_back(slice(token));
    return written([&](const platos_writer_t& writer) {
      return table_->hash(host_, call.handle(), slices.data(), slices.size(), &writer, call.error());
    });
  }

 private:
  template <typename Write>
  static std::string written(Write&& write) {
    std::string out;
    const platos_writer_t writer = {sizeof writer, 0, &out, [](void* context, platos_slice_t bytes) -> std::int32_t {
                                      static_cast<std::string*>(context)->append(view(bytes));
                                      return PLATOS_OK;
                                    }};
    if (const auto status = write(writer); status != PLATOS_OK) throw HostFailure(status);
    return out;
  }

  const platos_host_t* host_;
  const platos_host_seal_t* table_;
};

/// A mail to send; see mail.h for what each member takes.
struct OutgoingMail {
  struct Attachment {
    std::string name;
    std::string content_type;
    std::string bytes;
  };
  std::vector<std::string> to;
  std::vector<std::string> cc;
  std::vector<std::string> bcc;
  std::string reply_to;
  std::string subject;
  std::string text;
  std::string html;
  std::vector<Attachment> attachments;
};

/// Hands a mail to the operator's server; its Message-ID. Throws HostFailure, whose code says whether the mail may have
/// gone (see mail.h), and Error(PLATOS_FAILED_PRECONDITION) when "mail" was not asked for or granted.
inline std::string send_mail(const Host& host, const Call& call, const OutgoingMail& mail) {
  const auto* table = host.service<platos_host_mail_t>(PLATOS_HOST_MAIL);
  if (table == nullptr) throw Error(PLATOS_FAILED_PRECONDITION, "sending mail is not allowed: grant \"mail\"");
  const auto slices = [](const std::vector<std::string>& texts) {
    std::vector<platos_slice_t> out;
    for (const auto& text : texts) out.push_back(slice(text));
    return out;
  };
  const auto to = slices(mail.to);
  const auto cc = slices(mail.cc);
  const auto bcc = slices(mail.bcc);
  std::vector<platos_mail_attachment_t> attachments;
  for (const auto& each : mail.attachments)
    attachments.push_back(
        {sizeof(platos_mail_attachment_t), 0, slice(each.name), slice(each.content_type), slice(each.bytes)});
  const platos_mail_t given = {sizeof given,
                               0,
                               to.data(),
                               to.size(),
                               cc.data(),
                               cc.size(),
                               bcc.data(),
                               bcc.size(),
                               slice(mail.reply_to),
                               slice(mail.subject),
                               slice(mail.text),
                               slice(mail.html),
                               attachments.data(),
                               attachments.size()};
  std::string id;
  const platos_writer_t writer = {sizeof writer, 0, &id, [](void* context, platos_slice_t bytes) -> std::int32_t {
                                    static_cast<std::string*>(context)->append(view(bytes));
                                    return PLATOS_OK;
                                  }};
  const auto status = table->send(host.table(), call.handle(), &given, &writer, call.error());
  if (status != PLATOS_OK) throw HostFailure(status);
  return id;
}

/// Whether the slot has a value; its value never crosses. False without the service.
inline bool has_secret(const Host& host, std::string_view slot) noexcept {
  const auto* table = host.service<platos_host_secrets_t>(PLATOS_HOST_SECRETS);
  return table != nullptr && table->exists(host.table(), nullptr, slice(slot)) != 0;
}

struct HttpAnswer {
  std::int32_t status = 0;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

/// One blocking exchange over the host's egress. Any HTTP status is an answer; throws HostFailure when there is none.
inline HttpAnswer http_exchange(const Host& host, const Call& call, std::string_view method, std::string_view url,
                                const std::vector<std::pair<std::string, std::string>>& headers, std::string_view body,
                                std::int32_t timeout_ms = 0) {
  const auto* table = host.service<platos_host_http_t>(PLATOS_HOST_HTTP);
  if (table == nullptr) throw Error(PLATOS_FAILED_PRECONDITION, "HTTP is needed: grant a pattern under \"http\"");
  std::vector<platos_header_t> list;
  for (const auto& [name, value] : headers) list.push_back({slice(name), slice(value)});
  const platos_http_request_t request = {sizeof request, timeout_ms,  slice(method), slice(url),
                                         list.data(),    list.size(), slice(body)};
  HttpAnswer answer;
  const platos_http_sink_t sink = {
      sizeof sink, 0, &answer,
      [](void* context, std::int32_t status, const platos_header_t* given, std::size_t count) -> std::int32_t {
        auto& out = *static_cast<HttpAnswer*>(context);
        out.status = status;
        for (std::size_t i = 0; i < count; ++i) out.headers.emplace_back(view(given[i].name), view(given[i].value));
        return PLATOS_OK;
      },
      [](void* context, platos_slice_t bytes) -> std::int32_t {
        static_cast<HttpAnswer*>(context)->body += view(bytes);
        return PLATOS_OK;
      }};
  const auto status = table->exchange(host.table(), call.handle(), &request, &sink, call.error());
  if (status != PLATOS_OK) throw HostFailure(status);
  return answer;
}

struct WebPage {
  std::int32_t status = 0;
  std::string url;  ///< after redirects
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool truncated = false;
};

/// What a page is asked for; zeroes are the host's defaults.
struct WebRequest {
  std::string_view url;
  std::string_view accept = {};
  std::uint64_t max_bytes = 0;
  std::uint32_t max_redirects = 5;
  std::int32_t timeout_ms = 0;
};

/// A page of the public web. Any HTTP status is a page; throws HostFailure when there is none, and
/// Error(PLATOS_FAILED_PRECONDITION) when "public_web" was not asked for or granted.
inline WebPage fetch_public(const Host& host, const Call& call, const WebRequest& wanted) {
  const auto* table = host.service<platos_host_public_web_t>(PLATOS_HOST_PUBLIC_WEB);
  if (table == nullptr) throw Error(PLATOS_FAILED_PRECONDITION, "the public web is needed: grant \"public_web\"");
  const platos_web_request_t request = {sizeof request,
                                        wanted.timeout_ms,
                                        slice(wanted.url),
                                        slice(wanted.accept),
                                        wanted.max_bytes,
                                        wanted.max_redirects,
                                        0};
  WebPage answer;
  const platos_web_sink_t sink = {sizeof sink, 0, &answer,
                                  [](void* context, const platos_web_page_t* page) -> std::int32_t {
                                    auto& out = *static_cast<WebPage*>(context);
                                    out.status = page->http_status;
                                    out.url = view(page->url);
                                    for (std::size_t i = 0; i < page->header_count; ++i) {
                                      const platos_header_t& header = page->headers[i];
                                      out.headers.emplace_back(view(header.name), view(header.value));
                                    }
                                    out.body = view(page->body);
                                    out.truncated = page->truncated != 0;
                                    return PLATOS_OK;
                                  }};
  const auto status = table->fetch(host.table(), call.handle(), &request, &sink, call.error());
  if (status != PLATOS_OK) throw HostFailure(status);
  return answer;
}

}  // namespace v1_0
}  // namespace platos::sdk
