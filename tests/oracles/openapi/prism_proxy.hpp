// npm's prism in front of a daemon: it lets through what the OpenAPI document allows, and answers the rest itself.
#pragma once

#include <sys/types.h>

#include <string>
#include <thread>

namespace platos::tests {

/// The child lives as long as this.
class PrismProxy {
 public:
  /// Waits until it listens, on a port of its choice (at most 60 s; throws std::runtime_error with what it wrote).
  PrismProxy(const std::string& document_path, const std::string& upstream_url);
  ~PrismProxy();
  PrismProxy(const PrismProxy&) = delete;
  PrismProxy& operator=(const PrismProxy&) = delete;

  const std::string& url() const { return url_; }

 private:
  void wait_until_it_listens();

  pid_t pid_ = -1;
  int output_ = -1;
  std::string url_;
  std::thread reader_;  ///< of what it writes, lest it wait
};

}  // namespace platos::tests
