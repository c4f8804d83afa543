// Fetches packages of skills by their addresses.
#pragma once

#include <functional>
#include <string>

#include "base/cancellation.hpp"
#include "base/loop.hpp"
#include "base/result.hpp"
#include "base/task.hpp"
#include "egress/client.hpp"

namespace platos::skills {

struct ImportOptions {
  egress::HostTrust trust = egress::HostTrust::Tenant;
  std::int64_t timeout_us = 10'000'000;
  std::size_t max_bytes = 4 * 1024 * 1024;
  int max_redirects = 3;
};

struct ImportedBytes {
  std::string bytes;
  std::string address;  ///< that was asked for, without query: it is shown and kept
};

/// Internally synchronised.
class Importer {
 public:
  using ClientOf = std::function<egress::Client&(base::Loop&)>;
  explicit Importer(ClientOf client_of, ImportOptions options = {})
      : client_of_(std::move(client_of)), options_(options) {}

  /// Pages that show a file, of github.com, gist.github.com and claude.ai, lead to the file. Every address, also of a
  /// redirect, passes the guard of egress. Errors: InvalidArgument "invalid_url"; PermissionDenied "address_refused";
  /// TooLarge "too_large"; Deadline "fetch_failed"; Unavailable "fetch_failed". None repeats what was fetched.
  Task<Result<ImportedBytes>> fetch(base::Loop& loop, std::string url) const;

 private:
  ClientOf client_of_;
  ImportOptions options_;
};

/// The address of the file that a page shows; others as they are.
std::string file_address(const std::string& url);
/// Where a redirect leads, by RFC 3986; empty when it makes no sense.
std::string redirect_address(const std::string& from, const std::string& location);

}  // namespace platos::skills
