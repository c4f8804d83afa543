// One governor of the chain, and one check of it.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "ports/governor.hpp"
#include "telemetry/metrics.hpp"
#include "telemetry/tracer.hpp"

namespace platos::governance {

/// "allow", "redact", "require_approval", "deny".
std::string_view decision_name(ports::Decision decision);

/// A governor with its place in the configuration. Internally synchronised.
struct Link {
  std::string instance;
  std::shared_ptr<ports::Governor> governor;  ///< null: configured, but it cannot be used
  std::string failure;                        ///< why
  bool allow_on_error = false;
  std::int64_t budget_us = 50'000;
  telemetry::Series* seconds = nullptr;
  telemetry::Series* failures = nullptr;
  telemetry::Metrics* metrics = nullptr;
  const telemetry::Tracer* tracer = nullptr;
  mutable std::atomic<int> overruns_in_a_row{0};
  mutable std::atomic<std::int64_t> closed_until_us{0};

  bool wants(ports::Point point) const;
};

/// Bound to a loop, and to one stream of one check: the answer, or the reasoning beside it. What goes wrong becomes a
/// verdict: deny with rule "governor_failed", or allow where the operator said so.
class GuardedCheck {
 public:
  GuardedCheck(const Link& link, const base::Clock& clock, ports::CallContext context, ports::Point point,
               std::string_view subject_json);
  GuardedCheck(GuardedCheck&& other) noexcept;
  ~GuardedCheck();

  /// What may be done with `held`, which ends with `chunk`. A release beyond it, or inside a character, is
  /// a failure.
  ports::Verdict feed(std::string_view chunk, std::string_view held, bool is_last);
  const Link& link() const { return *link_; }

 private:
  ports::Verdict failed(const std::string& why);
  ports::Verdict judge(std::string_view chunk, std::string_view held, bool is_last);
  void meter(std::int64_t started_us);

  const Link* link_;
  const base::Clock* clock_;
  std::unique_ptr<ports::Check> check_;
  telemetry::Span span_;
  ports::Decision worst_ = ports::Decision::Allow;
  std::string failure_;
  std::int64_t spent_us_ = 0;
  bool overran_ = false;
  bool fed_ = false;   ///< one that judged nothing says nothing about the governor's speed
  bool told_ = false;  ///< its failure, which lasts, was told
};

}  // namespace platos::governance
