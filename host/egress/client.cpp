#include "egress/client.hpp"

#include <algorithm>
#include <mutex>

#include "egress/multi.hpp"
#include "egress/transfer.hpp"

namespace platos::egress {

Client::Client(base::Loop& loop, base::WorkerPool& resolvers, ClientOptions options)
    : loop_(loop), resolvers_(resolvers), options_(options) {
  static std::once_flag initialised;
  std::call_once(initialised, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

Client::~Client() = default;

Client::Multi& Client::multi_with_room() {
  for (const auto& multi : multis_) {
    if (multi->size() < Multi::kMaxTransfers) return *multi;
  }
  multis_.push_back(std::make_unique<Multi>(loop_));
  return *multis_.back();
}

std::size_t Client::active() const {
  std::size_t total = 0;
  for (const auto& multi : multis_) total += multi->size();
  return total;
}

namespace {
bool has_line_break(const HttpRequest& request) {
  constexpr std::string_view kBreaks("\r\n\0", 3);
  if (request.method.find_first_of(kBreaks) != std::string::npos) return true;
  return std::any_of(request.headers.begin(), request.headers.end(), [&](const auto& header) {
    return header.first.find_first_of(kBreaks) != std::string::npos ||
           header.second.find_first_of(kBreaks) != std::string::npos;
  });
}
}  // namespace

Task<Result<void>> Client::exchange(HttpRequest request, ResponseHandler& handler, base::CancelToken cancel) {
  const auto target = check_url(request.url, request.trust);
  if (!target) co_return fail(target.error());
  if (has_line_break(request)) {
    co_return fail(ErrorKind::InvalidArgument, "invalid_header",
                   "the method or a header of the request holds a line break");
  }
  std::vector<std::string> pinned;
  if (request.trust != HostTrust::Operator) {
    const auto lookup =
        resolvers_.run(loop_, [wanted = *target, trust = request.trust] { return resolve(wanted, trust); });
    auto addresses = co_await lookup;
    if (!addresses) co_return fail(addresses.error());
    pinned = std::move(*addresses);
  }
  if (cancel.cancelled()) co_return fail(ErrorKind::Cancelled, cancel.reason(), "the request was cancelled");
  Transfer transfer(*this, multi_with_room(), std::move(request), handler, pinned, *target);
  const auto registration = cancel.on_cancel([&transfer, &cancel] {
    transfer.abort({ErrorKind::Cancelled, cancel.reason(), "the request was cancelled", false, 0, {}});
  });
  const auto done = transfer.start();
  const CURLcode code = co_await done;
  co_return transfer.outcome(code);
}

namespace {
class Collector final : public ResponseHandler {
 public:
  explicit Collector(HttpResponse& response) : response_(response) {}
  Result<void> on_head(int status, std::span<const ports::Header> headers) override {
    response_.status = status;
    for (const auto& header : headers) response_.headers.emplace_back(header.name, header.value);
    return {};
  }
  Result<void> on_frame(std::string_view, std::string_view data) override {
    if (response_.body.size() + data.size() > kMaxBytes) {
      return fail(ErrorKind::ResourceExhausted, "upstream_body_too_large", "the answer is over 64 MiB");
    }
    response_.body += data;
    return {};
  }

 private:
  static constexpr std::size_t kMaxBytes = 64 * 1024 * 1024;
  HttpResponse& response_;
};
}  // namespace

Task<Result<HttpResponse>> fetch(Client& client, HttpRequest request, base::CancelToken cancel) {
  HttpResponse response;
  Collector collector(response);
  const auto done = co_await client.exchange(std::move(request), collector, cancel);
  if (!done) co_return fail(done.error());
  co_return response;
}

}  // namespace platos::egress
