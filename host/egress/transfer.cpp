#include "egress/transfer.hpp"

#include <unistd.h>

#include <charconv>

#include "base/text.hpp"

namespace platos::egress {
namespace {

constexpr std::int64_t kResumeUs = 20'000;
constexpr std::size_t kMaxHeaders = 128;

Error upstream_error(ErrorKind kind, std::string code, std::string message) {
  return {kind, std::move(code), std::move(message), true, 0, {}};
}

}  // namespace

Transfer::Transfer(Client& client, Client::Multi& multi, HttpRequest request, ResponseHandler& handler,
                   const std::vector<std::string>& pinned_addresses, const TargetUrl& target)
    : client_(client),
      multi_(multi),
      request_(std::move(request)),
      handler_(handler),
      easy_(curl_easy_init()),
      done_(client.loop_) {
  configure(pinned_addresses, target);
}

Transfer::~Transfer() {
  client_.loop_.cancel(silence_timer_);
  client_.loop_.cancel(resume_timer_);
  multi_.remove(easy_);
  curl_easy_cleanup(easy_);
  curl_slist_free_all(headers_);
  curl_slist_free_all(pins_);
}

void Transfer::configure(const std::vector<std::string>& pinned_addresses, const TargetUrl& target) {
  curl_easy_setopt(easy_, CURLOPT_URL, request_.url.c_str());
  curl_easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy_, CURLOPT_PROXY, "");
  curl_easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  if (!request_.body.empty() || request_.method == "POST" || request_.method == "PATCH" || request_.method == "PUT") {
    curl_easy_setopt(easy_, CURLOPT_POST, 1L);
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDS, request_.body.data());
    curl_easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  }
  headers_ = curl_slist_append(headers_, "Expect:");
  bool has_agent = false;
  for (const auto& [name, value] : request_.headers) {
    has_agent = has_agent || base::equals_ignoring_case(name, "user-agent");
    // curl reads "Name:" as "send none": an empty value is written with a semicolon.
    headers_ = curl_slist_append(headers_, (value.empty() ? name + ";" : name + ": " + value).c_str());
  }
  if (!has_agent) curl_easy_setopt(easy_, CURLOPT_USERAGENT, "platos");
  curl_easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
  curl_easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(client_.options_.connect_timeout_ms));
  // Held as long as the transfer lasts: a stream of tokens lasts long, and needs little at a time.
  const bool is_stream = request_.framing == ports::Framing::ServerSentEvents;
  curl_easy_setopt(easy_, CURLOPT_BUFFERSIZE, is_stream ? 4L * 1024 : 16L * 1024);
  curl_easy_setopt(easy_, CURLOPT_UPLOAD_BUFFERSIZE, 16L * 1024);
  curl_easy_setopt(easy_, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy_, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  curl_easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy_, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  curl_easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  if (request_.trust != HostTrust::Operator) {
    curl_easy_setopt(easy_, CURLOPT_OPENSOCKETFUNCTION, &Transfer::open_socket);
    curl_easy_setopt(easy_, CURLOPT_OPENSOCKETDATA, this);
  }
  if (!request_.reuse_connection) curl_easy_setopt(easy_, CURLOPT_FRESH_CONNECT, 1L);
  if (pinned_addresses.empty()) return;
  std::string pin = target.host + ":" + std::to_string(target.port) + ":";
  for (std::size_t i = 0; i < pinned_addresses.size(); ++i) pin += (i == 0 ? "" : ",") + pinned_addresses[i];
  pins_ = curl_slist_append(nullptr, pin.c_str());
  curl_easy_setopt(easy_, CURLOPT_RESOLVE, pins_);
}

base::Completion<CURLcode> Transfer::start() {
  last_activity_us_ = client_.loop_.clock().monotonic_us();
  multi_.add(easy_, [done = done_](CURLcode code) { done.complete(code); });
  watch_silence();
  return done_;
}

void Transfer::abort(Error error) {
  if (!failure_) failure_ = std::move(error);
  // curl removes nothing from inside its own callback; that callback fails instead, which ends the transfer.
  if (inside_callback_) return;
  multi_.remove(easy_);
  done_.complete(CURLE_ABORTED_BY_CALLBACK);
}

void Transfer::watch_silence() {
  const std::int64_t limit_us =
      (request_.silence_timeout_ms > 0 ? request_.silence_timeout_ms : client_.options_.silence_timeout_ms) * 1000;
  silence_timer_ = client_.loop_.call_at(last_activity_us_ + limit_us, [this, limit_us] {
    silence_timer_ = {0, 0};
    const std::int64_t silent_us = client_.loop_.clock().monotonic_us() - last_activity_us_;
    if (silent_us < limit_us || paused_) {
      if (paused_) last_activity_us_ = client_.loop_.clock().monotonic_us();
      watch_silence();
      return;
    }
    abort(upstream_error(ErrorKind::Deadline, "upstream_timeout",
                         "the upstream sent nothing for " + std::to_string(limit_us / 1000) + " ms"));
  });
}

curl_socket_t Transfer::open_socket(void* self, curlsocktype, curl_sockaddr* address) noexcept {
  auto& transfer = *static_cast<Transfer*>(self);
  // The second look: whatever the name resolved to, nothing but a public address is connected to.
  if (!is_public(address->addr)) {
    transfer.address_refused_ = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* self) noexcept {
  auto& transfer = *static_cast<Transfer*>(self);
  transfer.last_activity_us_ = transfer.client_.loop_.clock().monotonic_us();
  transfer.take_header({data, size * count});
  return size * count;
}

void Transfer::take_header(std::string_view line) {
  line = base::trim(line);
  if (line.starts_with("HTTP/")) {
    answer_headers_.clear();
    status_ = 0;
    const auto space = line.find(' ');
    if (space != std::string_view::npos) {
      std::from_chars(line.data() + space + 1, line.data() + line.size(), status_);
    }
    return;
  }
  const auto colon = line.find(':');
  if (colon == std::string_view::npos || answer_headers_.size() >= kMaxHeaders) return;
  answer_headers_.emplace_back(base::to_lower(line.substr(0, colon)), std::string(base::trim(line.substr(colon + 1))));
}

Result<void> Transfer::deliver_head() {
  if (head_delivered_) return {};
  head_delivered_ = true;
  const bool ok = status_ >= 200 && status_ < 300;
  const std::size_t limit =
      request_.framing == ports::Framing::Whole ? client_.options_.max_body_bytes : client_.options_.max_frame_bytes;
  framer_ = make_framer(ok ? request_.framing : ports::Framing::Raw, limit);
  std::vector<ports::Header> headers;
  headers.reserve(answer_headers_.size());
  for (const auto& [name, value] : answer_headers_) headers.push_back({name, value});
  return handler_.on_head(status_, headers);
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* self) noexcept {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::size_t bytes = size * count;
  transfer.last_activity_us_ = transfer.client_.loop_.clock().monotonic_us();
  if (!transfer.handler_.ready()) {
    transfer.paused_ = true;
    transfer.resume_when_ready();
    return CURL_WRITEFUNC_PAUSE;
  }
  transfer.inside_callback_ = true;
  const auto taken = transfer.take_body({data, bytes});
  transfer.inside_callback_ = false;
  if (!taken && !transfer.failure_) transfer.failure_ = taken.error();
  if (!transfer.failure_) return bytes;
  return bytes == 0 ? 1 : 0;  // anything but the count ends the transfer
}

Result<void> Transfer::take_body(std::string_view bytes) {
  if (auto head = deliver_head(); !head) return head;
  return framer_->feed(
      bytes, [this](std::string_view event, std::string_view data) { return handler_.on_frame(event, data); });
}

void Transfer::resume_when_ready() {
  resume_timer_ = client_.loop_.call_after(kResumeUs, [this] {
    if (!handler_.ready()) return resume_when_ready();
    paused_ = false;
    const CURLcode resumed = curl_easy_pause(easy_, CURLPAUSE_CONT);
    // What was held back is handed over here, and the handler may have refused it.
    if (resumed != CURLE_OK)
      abort(failure_.value_or(upstream_error(ErrorKind::Unavailable, "upstream_cut", curl_easy_strerror(resumed))));
  });
}

Result<void> Transfer::outcome(CURLcode code) {
  if (failure_) return fail(*failure_);
  if (code == CURLE_OK) {
    if (auto head = deliver_head(); !head) return head;
    return framer_->finish(
        [this](std::string_view event, std::string_view data) { return handler_.on_frame(event, data); });
  }
  const std::string reason = curl_easy_strerror(code);
  if (address_refused_) {
    return fail(ErrorKind::PermissionDenied, "address_refused", "the upstream's address is not public");
  }
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return fail(upstream_error(ErrorKind::Deadline, "upstream_timeout", "connecting to the upstream took too long"));
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
      return fail(
          upstream_error(ErrorKind::Unavailable, "upstream_unreachable", "the upstream cannot be reached: " + reason));
    default:
      return fail(
          upstream_error(ErrorKind::Unavailable, "upstream_cut", "the connection to the upstream broke: " + reason));
  }
}

}  // namespace platos::egress
