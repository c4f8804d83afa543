// The head of a vendor's answer, and the words of one that refuses.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "platos/cpp/plugin.hpp"
#include "platos/provider.h"

namespace platos::provider_common {

/// Frames of an answer whose status is not 2xx are raw chunks of the vendor's error, whatever framing was asked for.
/// Not thread-safe.
class AnswerHead {
 public:
  /// Reads Retry-After by the clock of `host`.
  void read(const sdk::Host& host, std::int32_t http_status, std::span<const platos_header_t> headers);

  bool is_refused() const noexcept { return http_status_ != 0 && (http_status_ < 200 || http_status_ > 299); }
  const std::string& content_type() const noexcept { return content_type_; }

  /// A chunk of the vendor's error; 64 KiB are kept.
  void add_error_text(std::string_view data);
  /// Throws what the refusal means. `base_url` names the vendor.
  [[noreturn]] void fail_refused(const std::string& base_url) const;

 private:
  std::int32_t http_status_ = 0;
  std::optional<std::int64_t> retry_after_ms_;
  std::string content_type_;
  std::string error_text_;
};

}  // namespace platos::provider_common
