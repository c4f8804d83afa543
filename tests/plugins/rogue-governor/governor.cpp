// A governor in raw C tables. Configuration: {"mode": "...", "points": "<sum of bits>", "text"?: "..."}.
#include <poll.h>

#include <atomic>
#include <limits>
#include <stdexcept>

#include "rogue-kit/rogue_kit.hpp"

using platos::sdk::slice;

namespace {

constexpr std::string_view kRule = "rogue.rule";

struct Governor {
  Governor(const platos_host_t* its_host, std::string_view config)
      : host(its_host),
        mode(rogue::member(config, "mode")),
        text(rogue::member(config, "text")),
        points(static_cast<std::uint32_t>(std::stoul(rogue::member(config, "points")))) {
    if (mode == "create_throws") throw std::runtime_error("thrown by create");
  }
  const platos_host_t* host;
  const std::string mode;
  const std::string text;
  const std::uint32_t points;
  std::atomic<int> checks{0};
};

struct Check {
  Governor* governor;
  int number;            // of the check, from 0
  int feeds = 0;         // so far
  std::string findings;  // lent with a verdict
};

Governor& governor_of(platos_instance_t* handle) { return rogue::object_of<Governor>(handle); }
Check& check_of(platos_check_t* handle) { return *reinterpret_cast<Check*>(handle); }

std::uint32_t points(platos_instance_t* instance) {
  const Governor& governor = governor_of(instance);
  if (governor.mode == "points_throw") throw 42;
  return governor.points;
}

std::int32_t begin(platos_instance_t* instance, platos_call_t*, std::uint32_t, platos_slice_t, platos_check_t** check,
                   platos_error_t* error) {
  Governor& governor = governor_of(instance);
  const std::string& mode = governor.mode;
  if (mode == "begin_throws") throw std::runtime_error("thrown by begin");
  if (mode == "begin_hangs") rogue::hang();
  if (mode == "begin_fails") return rogue::refuse(governor.host, error, PLATOS_INTERNAL, "the rules are lost");
  if (mode == "begin_without_check") return PLATOS_OK;
  *check = reinterpret_cast<platos_check_t*>(new Check{&governor, governor.checks++, 0, {}});
  return PLATOS_OK;
}

/// Verdicts with members whose sizes or texts cannot be. False: `mode` is no such case.
bool cannot_be(const std::string& mode, platos_verdict_t* verdict) {
  static const std::string rule(65, 'r');
  verdict->decision = PLATOS_ALLOW;
  if (mode == "replacement_half_character") {
    verdict->decision = PLATOS_REDACT;
    verdict->replacement = slice("caf\xC3");
  } else if (mode == "replacement_nowhere") {
    verdict->decision = PLATOS_REDACT;
    verdict->replacement = {nullptr, 10};
  } else if (mode == "replacement_huge") {
    verdict->decision = PLATOS_REDACT;
    verdict->replacement = {"x", std::numeric_limits<std::size_t>::max()};
  } else if (mode == "rule_too_long") {
    verdict->rule_id = slice(rule);
  } else if (mode == "reason_huge") {
    verdict->reason = {"x", std::size_t{1} << 40};
  } else if (mode == "findings_huge") {
    verdict->findings_json = {"[]", std::numeric_limits<std::size_t>::max()};
  } else if (mode == "findings_not_json") {
    verdict->findings_json = slice("[{oops");
  } else if (mode == "findings_object") {
    verdict->findings_json = slice("{}");
  } else {
    return false;
  }
  return true;
}

/// Verdicts about held text that break the rules of streams. False: `mode` is no such case.
bool breaks_stream(const Check& check, platos_slice_t chunk, platos_verdict_t* verdict) {
  const std::string& mode = check.governor->mode;
  verdict->decision = PLATOS_ALLOW;
  verdict->release_bytes = chunk.size;
  if (mode == "releases_more") verdict->release_bytes = chunk.size + 1;
  if (mode == "releases_huge") verdict->release_bytes = std::numeric_limits<std::uint64_t>::max();
  // Tests send characters of two bytes.
  if (mode == "cuts_character") verdict->release_bytes = 1;
  if (mode == "holds_for_ever") verdict->release_bytes = 0;
  if (mode == "denies_midway" && check.feeds > 3) verdict->decision = PLATOS_DENY;
  if (mode == "throws_midway" && check.feeds > 3) throw std::runtime_error("thrown by feed");
  return mode == "releases_more" || mode == "releases_huge" || mode == "cuts_character" || mode == "holds_for_ever" ||
         mode == "denies_midway" || mode == "throws_midway";
}

std::int32_t decision_of(const Check& check) {
  const std::string& mode = check.governor->mode;
  if (mode == "denies") return PLATOS_DENY;
  if (mode == "redacts") return PLATOS_REDACT;
  if (mode == "asks") return PLATOS_REQUIRE_APPROVAL;
  if (mode == "flips") return check.number % 2 == 0 ? PLATOS_ALLOW : PLATOS_DENY;
  if (mode == "unknown_decision") return 77;
  if (mode == "no_decision") return 0;
  return PLATOS_ALLOW;
}

std::int32_t feed(platos_check_t* handle, platos_slice_t chunk, std::int32_t, platos_verdict_t* verdict,
                  platos_error_t* error) {
  Check& check = check_of(handle);
  const std::string& mode = check.governor->mode;
  ++check.feeds;
  if (mode == "feed_throws") throw 42;
  if (mode == "feed_hangs") rogue::hang();
  if (mode == "feed_fails") return rogue::refuse(check.governor->host, error, PLATOS_INTERNAL, "the rules are lost");
  if (mode == "feed_fails_silently") return 4711;
  if (mode == "slow") ::poll(nullptr, 0, 80);
  if (cannot_be(mode, verdict) || breaks_stream(check, chunk, verdict)) return PLATOS_OK;
  verdict->decision = decision_of(check);
  verdict->release_bytes = chunk.size;
  if (verdict->decision == PLATOS_ALLOW) return PLATOS_OK;
  verdict->rule_id = slice(kRule);
  verdict->reason = slice("The rule says so.");
  if (verdict->decision == PLATOS_REDACT) verdict->replacement = slice(check.governor->text);
  return PLATOS_OK;
}

void end(platos_check_t* handle) {
  const Check* check = &check_of(handle);
  if (check->governor->mode == "end_throws") throw 42;
  delete check;
}

const platos_governor_t kGovernor = {sizeof(platos_governor_t), 0, points, begin, feed, end};

}  // namespace

ROGUE_ENTRY(Governor, kGovernor, PLATOS_GOVERNOR_INTERFACE);
