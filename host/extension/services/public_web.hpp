// Pages of the public web, redirects followed and checked one by one.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/cancellation.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "egress/client.hpp"

namespace platos::extension {

struct WebRequest {
  std::string url;
  std::string accept;
  std::size_t max_bytes = 2 * 1024 * 1024;
  std::uint32_t max_redirects = 5;
  std::int64_t timeout_ms = 20'000;  ///< kept by who waits
};

struct WebPage {
  int status = 0;
  std::string url;  ///< after redirects
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  bool truncated = false;
};

/// On the loop of the client. Every hop is checked as HostTrust::Web. Errors of egress::Client::exchange(), and
/// ResourceExhausted "too_many_redirects".
Task<Result<WebPage>> browse(egress::Client& client, WebRequest wanted, base::CancelToken cancel);

}  // namespace platos::extension
