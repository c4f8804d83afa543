// platos.observer/1 behind the Observer port.
#pragma once

#include <memory>

#include "extension/adapters/instance.hpp"
#include "platos/observer.h"
#include "ports/observer.hpp"

namespace platos::extension {

/// Immutable. Used by one thread, that of its sink.
class ObserverAdapter final : public ports::Observer {
 public:
  /// Internal "plugin_breach" when the instance offers no usable table.
  static Result<std::shared_ptr<ObserverAdapter>> make(std::shared_ptr<Instance> instance, bool sees_content);

  const std::string& instance() const override { return instance_->name(); }
  bool sees_content() const override { return sees_content_; }
  Result<void> consume(std::span<const std::shared_ptr<const ports::Record>> records,
                       std::int64_t deadline_us) override;
  Result<void> flush(std::int64_t deadline_us) override;

 private:
  ObserverAdapter(std::shared_ptr<Instance> instance, const platos_observer_t* table, bool sees_content)
      : instance_(std::move(instance)), table_(table), sees_content_(sees_content) {}

  std::shared_ptr<Instance> instance_;
  const platos_observer_t* table_;
  bool sees_content_;
};

}  // namespace platos::extension
