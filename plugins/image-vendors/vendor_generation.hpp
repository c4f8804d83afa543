// Making one image: what both vendors have in common. Submit, then perhaps ask for the result, then perhaps fetch it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config.hpp"
#include "platos/cpp/image.hpp"
#include "vendor_failure.hpp"
#include "vendor_wire.hpp"

namespace platos::image_vendors {

/// What the generations of one instance share. Immutable; headers refer to constants.
struct Endpoint {
  Config config;
  std::string submit_url;
  std::int32_t submit_timeout_ms = 0;
  std::vector<platos_header_t> submit_headers;
  std::vector<platos_header_t> poll_headers;
};

/// The steps, and what is asked again: a submission only when the vendor said that it did not take it (a rate limit),
/// since it costs; results and files also when the vendor or the way to it fails. All within the host's 64 steps. Not
/// thread-safe.
class VendorGeneration : public sdk::Generation {
 public:
  void next(platos_step_t& step, const sdk::ImageSink& sink) final;
  void on_head(std::int32_t http_status, std::span<const platos_header_t> headers) final;
  void on_frame(std::string_view event, std::string_view data, const sdk::ImageSink& sink) final;
  void on_end(std::int32_t transport_status, const sdk::ImageSink& sink) final;

 protected:
  /// `endpoint` is borrowed from the instance. `body`: of the submission.
  VendorGeneration(sdk::Host host, const Endpoint& endpoint, std::string body);

  /// An answer to the submission, or to a question for the result, begins; a former one may have been cut.
  virtual void begin_answer() {}
  /// Its bytes.
  virtual void read_answer(std::string_view data, const sdk::ImageSink& sink) = 0;
  /// It is complete. Calls one of the three below.
  virtual void finish_answer(const sdk::ImageSink& sink) = 0;

  /// The image was given whole.
  void complete() { phase_ = Phase::Complete; }
  /// Asks for the result there, after a pause that grows. Throws DEADLINE when it was asked for often enough.
  void ask_later(std::string url);
  /// Gets the file. Throws INTERNAL for what is no address.
  void fetch(std::string url);

  bool is_submission() const { return phase_ == Phase::Submit; }
  int questions() const { return questions_; }
  const Config& config() const { return endpoint_.config; }
  /// Throws INTERNAL with `reason` and the beginning of `data`.
  [[noreturn]] void fail_broken(const std::string& reason, std::string_view data) const;

  static constexpr std::size_t kMaxAnswerBytes = 256 * 1024;

 private:
  enum class Phase { Unspecified, Submit, Ask, Fetch, Complete };

  void fill(platos_step_t& step) const;
  void fail_refused();
  void fail_transport(std::int32_t transport_status);
  void try_again(const sdk::Error& failure, std::int64_t wait_ms);
  std::string checked_url(std::string url) const;

  sdk::Host host_;
  const Endpoint& endpoint_;
  std::string body_;
  std::string url_;  // of a question or a fetch: the vendor's
  Phase phase_ = Phase::Submit;
  bool is_sent_ = false;
  std::int64_t wait_ms_ = 0;
  std::int64_t pause_ms_;
  int tries_ = 1;  // of a submission or a fetch
  int questions_ = 0;
  std::uint64_t fetched_ = 0;
  wire::AnswerHead head_;
};

}  // namespace platos::image_vendors
