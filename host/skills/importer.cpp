#include "skills/importer.hpp"

#include <optional>

#include "base/text.hpp"

namespace platos::skills {
namespace {

constexpr const char* kUserAgent = "Platos-Skills-Importer/1.0";

/// Keeps an answer up to a size, and what a redirect says.
class Download final : public egress::ResponseHandler {
 public:
  explicit Download(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  Result<void> on_head(int status, std::span<const ports::Header> headers) override {
    status_ = status;
    for (const auto& header : headers) {
      if (base::equals_ignoring_case(header.name, "location")) location_ = header.value;
    }
    return {};
  }
  Result<void> on_frame(std::string_view, std::string_view data) override {
    if (status_ != 200) return {};
    if (body_.size() + data.size() > max_bytes_) {
      return fail(ErrorKind::TooLarge, "too_large",
                  "the address answers with more than " + std::to_string(max_bytes_) + " bytes");
    }
    body_ += data;
    return {};
  }

  int status() const { return status_; }
  const std::string& location() const { return location_; }
  std::string take_body() { return std::move(body_); }

 private:
  std::size_t max_bytes_;
  int status_ = 0;
  std::string location_;
  std::string body_;
};

Error fetch_failed(const std::string& reason) {
  return {ErrorKind::Unavailable, "fetch_failed", "the skill could not be fetched: " + reason, true, 0, {}};
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::string_view without_query(std::string_view url) { return url.substr(0, url.find_first_of("?#")); }

egress::HttpRequest request_of(const std::string& url, const ImportOptions& options) {
  egress::HttpRequest request;
  request.url = url;
  request.headers = {{"User-Agent", kUserAgent}, {"Accept", "text/markdown,text/plain,application/zip,*/*"}};
  request.framing = ports::Framing::Raw;
  request.silence_timeout_ms = options.timeout_us / 1000;
  request.trust = options.trust;
  request.reuse_connection = false;
  return request;
}

Error explained(const Error& error, bool too_late) {
  if (too_late) return {ErrorKind::Deadline, "fetch_failed", "the address took too long to answer", true, 0, {}};
  const bool says_enough = error.code == "too_large" || error.code == "address_refused" || error.code == "invalid_url";
  return says_enough ? error : fetch_failed(error.code);
}

/// Cancels when the time is over.
class Alarm {
 public:
  Alarm(base::Loop& loop, std::int64_t after_us)
      : loop_(loop), timer_(loop.call_after(after_us, [this] { source_.cancel("deadline"); })) {}
  ~Alarm() { loop_.cancel(timer_); }
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;
  base::CancelToken token() const { return source_.token(); }

 private:
  base::Loop& loop_;
  base::CancelSource source_;
  base::Loop::TimerId timer_;
};

}  // namespace

std::string file_address(const std::string& url) {
  const auto rest = [&url](std::string_view prefix) {
    return url.starts_with(prefix) ? std::optional(url.substr(prefix.size())) : std::nullopt;
  };
  if (const auto page = rest("https://claude.ai/skills/")) {
    if (without_query(*page).ends_with(".md")) return url;
    return std::string(without_query(url)) + "/skill.md";
  }
  if (const auto page = rest("https://gist.github.com/")) {
    const auto parts = base::split(without_query(*page), '/');
    if (parts.size() == 2) return "https://gist.githubusercontent.com/" + std::string(without_query(*page)) + "/raw";
  }
  if (const auto page = rest("https://github.com/")) {
    const auto parts = base::split(without_query(*page), '/');
    if (parts.size() < 5 || parts[2] != "blob") return url;
    std::string raw = "https://raw.githubusercontent.com/" + std::string(parts[0]) + "/" + std::string(parts[1]);
    for (std::size_t i = 3; i < parts.size(); ++i) raw += "/" + std::string(parts[i]);
    return raw;
  }
  return url;
}

std::string redirect_address(const std::string& from, const std::string& location) {
  if (location.starts_with("https://") || location.starts_with("http://")) return location;
  const auto scheme = from.find("://");
  if (scheme == std::string::npos || location.empty()) return {};
  if (location.starts_with("//")) return from.substr(0, scheme + 1) + location;
  const auto host_end = std::min(from.find_first_of("/?#", scheme + 3), from.size());
  if (location.front() == '/') return from.substr(0, host_end) + location;
  // Another scheme, such as "file:": the colon stands before any slash.
  if (location.find(':') < location.find('/')) return {};
  const std::string path(without_query(std::string_view(from).substr(host_end)));
  const auto slash = path.rfind('/');
  return from.substr(0, host_end) + (slash == std::string::npos ? "/" : path.substr(0, slash + 1)) + location;
}

Task<Result<ImportedBytes>> Importer::fetch(base::Loop& loop, std::string url) const {
  const Alarm alarm(loop, options_.timeout_us);
  if (auto good = egress::check_url(url, options_.trust); !good) co_return fail(good.error());
  std::string address = file_address(url);
  for (int hop = 0; hop <= options_.max_redirects; ++hop) {
    if (auto good = egress::check_url(address, options_.trust); !good) co_return fail(good.error());
    Download download(options_.max_bytes);
    auto request = request_of(address, options_);
    const auto done = co_await client_of_(loop).exchange(std::move(request), download, alarm.token());
    if (!done) co_return fail(explained(done.error(), alarm.token().cancelled()));
    if (download.status() == 200) {
      ImportedBytes imported;
      imported.bytes = download.take_body();
      imported.address = without_query(url);
      co_return imported;
    }
    if (!is_redirect(download.status()))
      co_return fail(fetch_failed("the address answers with status " + std::to_string(download.status())));
    address = redirect_address(address, download.location());
    if (address.empty()) co_return fail(fetch_failed("it leads nowhere"));
  }
  co_return fail(fetch_failed("it is redirected more than " + std::to_string(options_.max_redirects) + " times"));
}

}  // namespace platos::skills
