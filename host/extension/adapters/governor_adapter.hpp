// platos.governor/1 behind the Governor port.
#pragma once

#include <memory>

#include "extension/adapters/instance.hpp"
#include "platos/governor.h"
#include "ports/governor.hpp"

namespace platos::extension {

/// Immutable. Called on loops like a codec: stamped for the watchdog, and everything that comes out is checked.
class GovernorAdapter final : public ports::Governor {
 public:
  /// Internal "plugin_breach" when the instance offers no usable table, or unknown points.
  static Result<std::shared_ptr<GovernorAdapter>> make(std::shared_ptr<Instance> instance);

  const std::string& instance() const override { return instance_->name(); }
  const std::string& plugin() const override { return plugin_; }
  std::uint32_t points() const override { return points_; }
  Result<std::unique_ptr<ports::Check>> begin(ports::CallContext context, ports::Point point,
                                              std::string_view subject_json) override;

 private:
  GovernorAdapter(std::shared_ptr<Instance> instance, const platos_governor_t* table, std::uint32_t points)
      : instance_(std::move(instance)),
        table_(table),
        points_(points),
        plugin_(instance_->plugin_id() + " " + instance_->plugin_version()) {}

  std::shared_ptr<Instance> instance_;
  const platos_governor_t* table_;
  std::uint32_t points_;
  std::string plugin_;  // id and version
};

}  // namespace platos::extension
