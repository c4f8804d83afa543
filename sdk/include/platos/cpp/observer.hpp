// platos.observer/1 in C++. Derive from Observer; throw platos::sdk::Error (which is counted).
#pragma once

#include <span>
#include <string_view>

#include "platos/cpp/plugin.hpp"
#include "platos/observer.h"

namespace platos::sdk {
inline namespace v1_0 {

/// Both functions are called on one thread of the instance's own, and may block within the call's deadline.
class Observer : public Instance {
 public:
  static constexpr const char* kInterface = PLATOS_OBSERVER_INTERFACE;
  using Instance::Instance;

  /// The records are borrowed for the call.
  virtual void consume(Call call, std::span<const platos_record_t* const> records) = 0;
  virtual void flush(Call) {}

  const void* interface_table(std::string_view interface_id) const noexcept override {
    return interface_id == kInterface ? &kTable : nullptr;
  }

 private:
  static Observer& of(platos_instance_t* handle) noexcept { return static_cast<Observer&>(Instance::of(handle)); }

  static std::int32_t consume_c(platos_instance_t* instance, platos_call_t* call, const platos_record_t* const* records,
                                std::size_t count, platos_error_t* error) noexcept {
    const platos_host_t* host = of(instance).host().table();
    return guard(host, error, [&] { of(instance).consume(Call(host, call, error), {records, count}); });
  }
  static std::int32_t flush_c(platos_instance_t* instance, platos_call_t* call, platos_error_t* error) noexcept {
    const platos_host_t* host = of(instance).host().table();
    return guard(host, error, [&] { of(instance).flush(Call(host, call, error)); });
  }

  static constexpr platos_observer_t kTable = {sizeof(platos_observer_t), 0, consume_c, flush_c};
};

}  // namespace v1_0
}  // namespace platos::sdk
