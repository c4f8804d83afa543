#include "egress/client.hpp"

#include <netdb.h>

#include <cstring>
#include <utility>

#include "base/text.hpp"
#include "egress/channel.hpp"
#include "egress/connection_pool.hpp"
#include "egress/request_text.hpp"
#include "egress/transfer.hpp"

namespace platos::egress {
namespace {

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::int64_t kKnownUs = 30'000'000;
constexpr std::size_t kMaxKnown = 256;
// Of a name with many addresses: a request does not wait for all of them to time out.
constexpr std::size_t kMaxTries = 4;

// Reads an address as text; a name is none.
std::optional<SocketAddress> read_address(const std::string& host, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) return std::nullopt;
  SocketAddress address;
  std::memcpy(&address.storage, found->ai_addr, found->ai_addrlen);
  address.size = found->ai_addrlen;
  ::freeaddrinfo(found);
  return address;
}

std::string address_text(const SocketAddress& address) {
  char host[NI_MAXHOST] = "";
  ::getnameinfo(reinterpret_cast<const sockaddr*>(&address.storage), address.size, host, sizeof host, nullptr, 0,
                NI_NUMERICHOST);
  return host;
}

Error cancelled(const base::CancelToken& cancel) {
  return {ErrorKind::Cancelled, cancel.reason(), "the request was cancelled", false, 0, {}};
}

// Apart from exchange(): its frame lasts as long as the answer streams.
Result<TargetUrl> check_request(const HttpRequest& request) {
  auto target = check_url(request.url, request.trust);
  if (!target) return target;
  if (auto checked = check_headers(request); !checked) return fail(checked.error());
  return target;
}

}  // namespace

Client::Client(base::Loop& loop, base::WorkerPool& resolvers, ClientOptions options)
    : loop_(loop),
      resolvers_(resolvers),
      options_(std::move(options)),
      pool_(std::make_unique<ConnectionPool>(loop)),
      buffer_(kReadBytes) {}

Client::~Client() = default;

Task<Result<void>> Client::exchange(HttpRequest request, ResponseHandler& handler, base::CancelToken cancel) {
  const auto target = check_request(request);
  if (!target) co_return fail(target.error());
  Transfer transfer(*this, request, *target, handler);
  const HostTrust trust = request.trust;
  const bool may_reuse = request.reuse_connection;
  (void)std::exchange(request, {});  // the frame lives as long as the answer streams
  const auto registration = cancel.on_cancel([&transfer, &cancel] { transfer.abort(cancelled(cancel)); });
  if (cancel.cancelled()) co_return fail(cancelled(cancel));
  auto kept = may_reuse ? pool_->take(origin_of(*target, trust)) : nullptr;
  if (kept) {
    const auto done = transfer.start(std::move(kept), Transfer::From::Pool, 0);
    auto outcome = co_await done;
    if (!transfer.worth_another()) co_return outcome;
  }
  co_return co_await dial(transfer, *target, trust, cancel);
}

/// Where a connection begins, and what a proxy there is asked for.
struct Client::Road {
  SocketAddress address;
  std::string tunnel;
};

Task<Result<std::vector<Client::Road>>> Client::roads(TargetUrl target, HostTrust trust, std::int64_t by_us) {
  std::vector<Road> all;
  const bool proxied = options_.proxy.is_for(target.host);
  std::vector<std::string> asked_for = {target.host};
  if (!proxied || trust != HostTrust::Operator) {
    const auto addresses = co_await look_up(target, trust, by_us);
    if (!addresses) co_return fail(addresses.error());
    asked_for.clear();
    for (const auto& address : *addresses) {
      // The second look: whatever the name resolved to, a tenant's request goes to a public address only.
      if (trust != HostTrust::Operator && !is_public(reinterpret_cast<const sockaddr&>(address.storage)))
        co_return fail(ErrorKind::PermissionDenied, "address_refused", "the upstream's address is not public");
      if (proxied) {
        asked_for.push_back(address_text(address));
      } else {
        all.push_back({address, {}});
      }
    }
    if (!proxied) co_return all;
  }
  const auto proxies = co_await look_up(options_.proxy.target(), HostTrust::Operator, by_us);
  if (!proxies) co_return fail(proxies.error());
  for (const auto& host : asked_for) {
    for (const auto& proxy : *proxies) {
      Road road{proxy, {}};
      // A proxy that is given a name looks it up itself: only a tunnel keeps to the address that was looked at.
      if (target.https || trust != HostTrust::Operator) {
        road.tunnel = options_.proxy.connect_text(host, target.port);
      }
      all.push_back(std::move(road));
    }
  }
  if (all.size() > kMaxTries) all.resize(kMaxTries);
  co_return all;
}

Task<Result<void>> Client::dial(Transfer& transfer, const TargetUrl& target, HostTrust trust,
                                const base::CancelToken& cancel) {
  const auto tls = tls_for(target);
  if (!tls) co_return fail(tls.error());
  const std::int64_t connect_by_us = loop_.clock().monotonic_us() + options_.connect_timeout_ms * 1000;
  const auto found = co_await roads(target, trust, connect_by_us);
  if (!found) co_return fail(found.error());
  Result<void> outcome = fail(ErrorKind::Unavailable, "upstream_unreachable", "the upstream has no address");
  for (const auto& road : *found) {
    if (cancel.cancelled()) co_return fail(cancelled(cancel));
    auto channel = Channel::open(road.address, *tls, target.host, road.tunnel);
    if (!channel) {
      outcome = fail(channel.error());
      continue;
    }
    const auto done = transfer.start(std::move(*channel), Transfer::From::Dial, connect_by_us);
    outcome = co_await done;
    if (!transfer.worth_another()) break;
  }
  co_return outcome;
}

Task<Result<Client::Addresses>> Client::look_up(TargetUrl target, HostTrust trust, std::int64_t by_us) {
  if (const auto address = read_address(target.host, target.port)) co_return Addresses{*address};
  const std::string key = origin_of(target, trust);
  const auto known = known_.find(key);
  if (known != known_.end() && known->second.until_us > loop_.clock().monotonic_us()) co_return known->second.addresses;
  base::Completion<Result<std::vector<std::string>>> looked_up(loop_);
  const bool queued = resolvers_.enqueue([target, trust, looked_up] { looked_up.complete(resolve(target, trust)); });
  if (!queued) co_return fail(ErrorKind::Unavailable, "upstream_unreachable", "too many names are being looked up");
  const auto timer = loop_.call_at(by_us, [looked_up, host = target.host] {
    looked_up.complete(fail(ErrorKind::Deadline, "upstream_timeout", "looking up \"" + host + "\" took too long"));
  });
  const auto found = co_await looked_up;
  loop_.cancel(timer);
  if (!found) co_return fail(found.error());
  Addresses addresses;
  for (const auto& text : *found) {
    if (addresses.size() >= kMaxTries) break;
    if (const auto address = read_address(text, target.port)) addresses.push_back(*address);
  }
  if (known_.size() >= kMaxKnown) known_.clear();
  known_[key] = {addresses, loop_.clock().monotonic_us() + kKnownUs};
  co_return addresses;
}

Task<Result<std::vector<SocketAddress>>> Client::addresses_of(std::string host, std::uint16_t port,
                                                              std::int64_t by_us) {
  TargetUrl target;
  target.host = std::move(host);
  target.port = port;
  auto looking = look_up(std::move(target), HostTrust::Operator, by_us);
  co_return co_await std::move(looking);
}

Result<const TlsContext*> Client::tls_for(const TargetUrl& target) {
  if (!target.https) return nullptr;
  if (!tls_) {
    auto made = TlsContext::make(options_.ca_file);
    if (!made) return fail(made.error());
    tls_ = std::move(*made);
  }
  return tls_.get();
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
