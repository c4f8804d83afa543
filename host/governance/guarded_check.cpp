#include "governance/guarded_check.hpp"

#include <algorithm>
#include <utility>

#include "governance/audit.hpp"

namespace platos::governance {
namespace {

constexpr std::size_t kMaxHeldBytes = 2048;
constexpr int kOverrunsToClose = 3;
constexpr std::int64_t kClosedUs = 10'000'000;

bool inside_character(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80;
}

}  // namespace

std::string_view decision_name(ports::Decision decision) {
  switch (decision) {
    case ports::Decision::Allow: return "allow";
    case ports::Decision::Redact: return "redact";
    case ports::Decision::RequireApproval: return "require_approval";
    default: return "deny";
  }
}

// One that cannot be used may have wanted any point.
bool Link::wants(ports::Point point) const {
  return governor == nullptr || (governor->points() & static_cast<std::uint32_t>(point)) != 0;
}

GuardedCheck::GuardedCheck(const Link& link, const base::Clock& clock, ports::CallContext context, ports::Point point,
                           std::string_view subject_json)
    : link_(&link), clock_(&clock) {
  if (link.tracer != nullptr) {
    span_ = telemetry::Span(*link.tracer, "govern", {context.trace_id, context.span_id});
    span_.set("platos.governor", link.instance);
    span_.set("platos.governor.point", std::string(point_name(point)));
  }
  if (link.governor == nullptr) {
    failure_ = link.failure;
    return;
  }
  const std::int64_t now_us = clock.monotonic_us();
  if (now_us < link.closed_until_us.load(std::memory_order_relaxed)) {
    failure_ = "it was too slow three times in a row and is not asked for a while";
    return;
  }
  auto begun = link.governor->begin(std::move(context), point, subject_json);
  if (begun) {
    check_ = std::move(*begun);
  } else {
    failure_ = begun.error().message;
  }
  meter(now_us);
}

GuardedCheck::GuardedCheck(GuardedCheck&& other) noexcept
    : link_(other.link_),
      clock_(other.clock_),
      check_(std::move(other.check_)),
      span_(std::move(other.span_)),
      worst_(other.worst_),
      failure_(std::move(other.failure_)),
      spent_us_(std::exchange(other.spent_us_, 0)),
      overran_(std::exchange(other.overran_, false)),
      fed_(std::exchange(other.fed_, false)),
      told_(other.told_) {}

GuardedCheck::~GuardedCheck() {
  span_.set("platos.governor.decision", std::string(decision_name(worst_)));
  span_.set("platos.governor.us", spent_us_);
  span_.end(told_ ? ports::Record::Severity::Error : ports::Record::Severity::Ok, told_ ? "governor_failed" : "");
  if (!fed_ && !overran_) return;
  if (!overran_) {
    if (link_->overruns_in_a_row.load(std::memory_order_relaxed) != 0) link_->overruns_in_a_row = 0;
  } else if (link_->overruns_in_a_row.fetch_add(1) + 1 >= kOverrunsToClose) {
    link_->overruns_in_a_row = 0;
    link_->closed_until_us = clock_->monotonic_us() + kClosedUs;
  }
  if (link_->seconds != nullptr) link_->seconds->observe(static_cast<double>(spent_us_) / 1e6);
}

void GuardedCheck::meter(std::int64_t started_us) {
  const std::int64_t took_us = clock_->monotonic_us() - started_us;
  spent_us_ += took_us;
  if (took_us <= link_->budget_us) return;
  overran_ = true;
  failure_ = "it took " + std::to_string(took_us / 1000) + " ms; the budget is " +
             std::to_string(link_->budget_us / 1000) + " ms";
}

ports::Verdict GuardedCheck::failed(const std::string& why) {
  ports::Verdict verdict;
  verdict.release_bytes = SIZE_MAX;
  if (told_ && link_->allow_on_error) return verdict;
  told_ = true;
  check_.reset();
  failure_ = why;
  if (link_->failures != nullptr) link_->failures->add();
  verdict.decision = link_->allow_on_error ? ports::Decision::Allow : ports::Decision::Deny;
  verdict.rule_id = "governor_failed";
  verdict.reason = "governor " + link_->instance + ": " + why;
  return verdict;
}

ports::Verdict GuardedCheck::feed(std::string_view chunk, std::string_view held, bool is_last) {
  auto verdict = judge(chunk, held, is_last);
  worst_ = std::max(worst_, verdict.decision);
  return verdict;
}

ports::Verdict GuardedCheck::judge(std::string_view chunk, std::string_view held, bool is_last) {
  if (!failure_.empty() || check_ == nullptr) return failed(failure_);
  fed_ = true;
  const std::int64_t started_us = clock_->monotonic_us();
  auto verdict = check_->feed(chunk, is_last);
  meter(started_us);
  if (!verdict) return failed(verdict.error().message);
  if (!failure_.empty()) return failed(failure_);
  if (verdict->decision >= ports::Decision::RequireApproval) return std::move(*verdict);
  if (is_last) verdict->release_bytes = held.size();
  if (verdict->release_bytes > held.size()) return failed("it released more than it was given");
  if (inside_character(held, verdict->release_bytes)) return failed("it cut inside a character");
  if (held.size() - verdict->release_bytes > kMaxHeldBytes) return failed("it holds back more than 2 KiB");
  return std::move(*verdict);
}

}  // namespace platos::governance
