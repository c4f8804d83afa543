// All governors, in the operator's order.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/logger.hpp"
#include "governance/audit.hpp"
#include "governance/governed_stream.hpp"
#include "governance/guarded_check.hpp"
#include "ports/plugin_directory.hpp"

namespace platos::governance {

struct ChainOptions {
  std::vector<std::string> order;           ///< instances; others follow by name. One that is missing denies
  std::vector<std::string> on_error_allow;  ///< instances
  std::int64_t budget_us = 50'000;
};

/// What the chain said about one text.
struct Judgement {
  ports::Decision decision = ports::Decision::Allow;
  std::string text;       ///< as the governors left it
  bool redacted = false;  ///< text is not what was given
  std::vector<Finding> findings;
  std::string rule_id;  ///< of the most severe verdict
  std::string reason;
  std::vector<std::string> approvals_json;  ///< who may approve, of each governor that requires it; "": not said

  bool refused() const { return decision >= ports::Decision::RequireApproval; }
};

/// load() once, before the loops run; then immutable but for counters. Checks run on the calling loop.
class Chain {
 public:
  Chain(ChainOptions options, const base::Clock& clock, base::Logger& logger, telemetry::Metrics& metrics,
        const telemetry::Tracer& tracer)
      : options_(std::move(options)), clock_(clock), logger_(logger), metrics_(metrics), tracer_(tracer) {}

  void load(const ports::PluginDirectory& plugins);

  /// False: nobody wants the point, so nothing need be prepared.
  bool wants(ports::Point point) const { return (points_ & static_cast<std::uint32_t>(point)) != 0; }

  Judgement check(const Subject& subject, ports::Point point, std::string text) const;
  /// For the pieces of a model's answer; null when nobody wants them.
  std::unique_ptr<GovernedStream> stream(const Subject& subject) const;

 private:
  void add(const ports::ConfiguredGovernor& configured);

  ChainOptions options_;
  const base::Clock& clock_;
  base::Logger& logger_;
  telemetry::Metrics& metrics_;
  const telemetry::Tracer& tracer_;
  std::deque<Link> links_;
  std::uint32_t points_ = 0;
};

}  // namespace platos::governance
