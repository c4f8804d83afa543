// The host table's service public-web.
#include "extension/services/public_web.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "extension/services/host_table.hpp"
#include "model/json_schema_uri.hpp"

namespace platos::extension {
namespace {

constexpr std::size_t kMaxUrlBytes = 8192;
constexpr std::uint64_t kMaxPageBytes = 16 * 1024 * 1024;
constexpr std::int32_t kMaxPageMs = 60'000;
constexpr std::uint32_t kMaxPageRedirects = 10;

// Non-ASCII and spaces as a browser sends them; everything else is left to the guard.
std::string encoded(std::string_view url) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string text;
  for (const char c : url) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x7E || byte == ' ') {
      text += {'%', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      text += c;
    }
  }
  return text;
}

bool is_redirect(int status) {
  constexpr std::array<int, 5> kStatuses = {301, 302, 303, 307, 308};
  return std::find(kStatuses.begin(), kStatuses.end(), status) != kStatuses.end();
}

/// Takes one answer; ends the exchange when there is nothing more to take.
class PageCollector final : public egress::ResponseHandler {
 public:
  PageCollector(WebPage& page, std::size_t max_bytes, bool follows)
      : page_(page), max_bytes_(max_bytes), follows_(follows) {}

  Result<void> on_head(int status, std::span<const ports::Header> headers) override {
    page_.status = status;
    for (const auto& header : headers) {
      if (page_.headers.size() == kMaxHeaders) break;
      page_.headers.emplace_back(header.name, header.value);
      if (base::equals_ignoring_case(header.name, "location")) location = header.value;
    }
    if (!is_redirect(status) || !follows_) location.clear();
    return location.empty() ? Result<void>{} : stop();
  }
  Result<void> on_frame(std::string_view, std::string_view data) override {
    const std::size_t room = max_bytes_ - page_.body.size();
    page_.body += data.substr(0, room);
    if (data.size() <= room) return {};
    page_.truncated = true;
    return stop();
  }

  std::string location;  ///< where the page has gone
  bool satisfied = false;

 private:
  static constexpr std::size_t kMaxHeaders = 64;
  Result<void> stop() {
    satisfied = true;
    return fail(ErrorKind::Cancelled, "enough", "no more of this answer is wanted");
  }

  WebPage& page_;
  std::size_t max_bytes_;
  bool follows_;
};

}  // namespace

Task<Result<WebPage>> browse(egress::Client& client, WebRequest wanted, base::CancelToken cancel) {
  std::string url = encoded(wanted.url);
  for (std::uint32_t hop = 0;; ++hop) {
    WebPage page;
    page.url = url;
    PageCollector collector(page, wanted.max_bytes, wanted.max_redirects > 0);
    egress::HttpRequest request;
    request.url = url;
    request.framing = ports::Framing::Raw;
    request.trust = egress::HostTrust::Web;
    if (!wanted.accept.empty()) request.headers.emplace_back("Accept", wanted.accept);
    const auto done = co_await client.exchange(std::move(request), collector, cancel);
    if (!done && !collector.satisfied) co_return fail(done.error());
    if (collector.location.empty()) co_return page;
    if (hop == wanted.max_redirects) {
      co_return fail(ErrorKind::ResourceExhausted, "too_many_redirects",
                     "\"" + base::printable(wanted.url, 200) + "\" redirects more than " +
                         std::to_string(wanted.max_redirects) + " times");
    }
    const auto next = model::schema::resolve_uri(url, encoded(collector.location));
    url = next && next->whole.size() <= kMaxUrlBytes ? next->whole : std::string();
  }
}

void HostTable::fill_public_web() {
  public_web_table_.struct_size = sizeof public_web_table_;
  public_web_table_.fetch = [](const platos_host_t* self, platos_call_t* call, const platos_web_request_t* request,
                               const platos_web_sink_t* sink, platos_error_t* error) noexcept -> std::int32_t {
    return of(self).fetch_public(call, request, sink, error);
  };
}

std::int32_t HostTable::fetch_public(platos_call_t* call, const platos_web_request_t* request,
                                     const platos_web_sink_t* sink, platos_error_t* error) {
  const bool callable = call != nullptr && request != nullptr && sink != nullptr && sink->page != nullptr;
  if (!callable) return refuse(error, PLATOS_INVALID_ARGUMENT, "public-web: call, request and sink are needed");
  const auto url = checked_view(request->url, kMaxUrlBytes, "public-web: the url");
  const auto accept = checked_view(request->accept, 256, "public-web: accept");
  if (!url || url->empty())
    return refuse(error, PLATOS_INVALID_ARGUMENT, "public-web: expected a URL of at most 8 KiB");
  if (!accept) return refuse(error, PLATOS_INVALID_ARGUMENT, accept.error().message);
  const bool in_bounds = request->max_bytes <= kMaxPageBytes && request->timeout_ms >= 0 &&
                         request->timeout_ms <= kMaxPageMs && request->max_redirects <= kMaxPageRedirects;
  if (!in_bounds) {
    return refuse(error, PLATOS_INVALID_ARGUMENT, "public-web: expected at most 16 MiB, 60000 ms and 10 redirects");
  }
  WebRequest wanted;
  wanted.url = *url;
  wanted.accept = *accept;
  if (request->max_bytes > 0) wanted.max_bytes = static_cast<std::size_t>(request->max_bytes);
  if (request->timeout_ms > 0) wanted.timeout_ms = request->timeout_ms;
  wanted.max_redirects = request->max_redirects;
  const auto page = services_.http->browse(std::move(wanted), *call);
  if (!page) return refuse(error, page.error());
  std::vector<platos_header_t> headers;
  for (const auto& [name, value] : page->headers) headers.push_back({slice_of(name), slice_of(value)});
  const platos_web_page_t told = {sizeof told,    page->status,         slice_of(page->url),     headers.data(),
                                  headers.size(), slice_of(page->body), page->truncated ? 1 : 0, 0};
  return sink->page(sink->context, &told);
}

}  // namespace platos::extension
