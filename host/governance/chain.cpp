#include "governance/chain.hpp"

#include <algorithm>

namespace platos::governance {
namespace {

constexpr std::uint32_t kAllPoints = 127;
const std::vector<double> kSeconds = {0.00001, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.25};

bool holds(const std::vector<std::string>& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

void Chain::load(const ports::PluginDirectory& plugins) {
  auto configured = plugins.governors();
  for (const auto& name : options_.order) {
    const auto found = std::find_if(configured.begin(), configured.end(),
                                    [&](const ports::ConfiguredGovernor& each) { return each.instance == name; });
    if (found == configured.end()) {
      add({name, nullptr, "it stands in governance.order, and there is no enabled governor instance of that name"});
      continue;
    }
    add(*found);
    configured.erase(found);
  }
  for (const auto& each : configured) add(each);
}

void Chain::add(const ports::ConfiguredGovernor& configured) {
  Link& link = links_.emplace_back();
  link.instance = configured.instance;
  link.governor = configured.governor;
  link.failure = configured.failure;
  link.allow_on_error = holds(options_.on_error_allow, configured.instance);
  link.budget_us = options_.budget_us;
  link.seconds = &metrics_.histogram("platos_governor_seconds", "Time that one check of a governor took.", kSeconds,
                                     {{"governor", link.instance}});
  link.failures = &metrics_.counter("platos_governor_failures_total",
                                    "Checks that a governor failed: by an error, a breach, or too much time.",
                                    {{"governor", link.instance}});
  link.metrics = &metrics_;
  link.tracer = &tracer_;
  points_ |= link.governor ? link.governor->points() : kAllPoints;
  if (link.governor) return;
  logger_.error("governance", "a governor cannot be used",
                {{"governor", link.instance},
                 {"reason", link.failure},
                 {"effect", link.allow_on_error ? "everything passes it" : "everything is denied"}});
}

Judgement Chain::check(const Subject& subject, ports::Point point, std::string text) const {
  Judgement judgement;
  judgement.text = std::move(text);
  if (!wants(point)) return judgement;
  const std::string subject_json = to_json(subject, point);
  for (const auto& link : links_) {
    if (!link.wants(point)) continue;
    GuardedCheck check(link, clock_, subject.context, point, subject_json);
    auto verdict = check.feed(judgement.text, judgement.text, true);
    note(judgement.findings, link, point, verdict);
    if (verdict.decision > judgement.decision) {
      judgement.decision = verdict.decision;
      judgement.rule_id = verdict.rule_id;
      judgement.reason = verdict.reason;
    }
    if (verdict.decision == ports::Decision::RequireApproval)
      judgement.approvals_json.push_back(std::move(verdict.approval_json));
    // An approval does not end it: a later governor may deny what people would approve.
    if (judgement.decision == ports::Decision::Deny) return judgement;
    if (verdict.decision != ports::Decision::Redact) continue;
    judgement.text = std::move(verdict.replacement);
    judgement.redacted = true;
  }
  return judgement;
}

std::unique_ptr<GovernedStream> Chain::stream(const Subject& subject) const {
  if (!wants(ports::Point::AfterModel)) return nullptr;
  const std::string subject_json = to_json(subject, ports::Point::AfterModel);
  std::vector<GuardedCheck> checks;
  for (const auto& link : links_) {
    if (link.wants(ports::Point::AfterModel))
      checks.emplace_back(link, clock_, subject.context, ports::Point::AfterModel, subject_json);
  }
  return std::make_unique<GovernedStream>(std::move(checks));
}

}  // namespace platos::governance
