// The frame of every plugin: the host's view, the instance base class, and the PLATOS_PLUGIN macro.
//
//   class Hello : public platos::sdk::Skill { public: Hello(platos::sdk::Host host, std::string_view config_json); ...
//   }; PLATOS_PLUGIN("com.example.hello", "1.0.0", platos::sdk::component<Hello>("hello"))
#pragma once

#include <iterator>
#include <memory>
#include <string>
#include <string_view>

#include "platos/cpp/error.hpp"
#include "platos/entry.h"

namespace platos::sdk {
inline namespace v1_0 {

/// The instance's view of the host. A cheap value; valid as long as the instance.
class Host {
 public:
  explicit Host(const platos_host_t* table) noexcept : table_(table) {}

  const platos_host_t* table() const noexcept { return table_; }
  std::int64_t monotonic_ns() const noexcept { return table_->now_ns(table_, PLATOS_CLOCK_MONOTONIC); }
  void log(std::int32_t level, std::string_view message, std::string_view fields_json = {}) const noexcept {
    table_->log(table_, level, slice(message), slice(fields_json));
  }
  /// A host service, or null when it is unknown, not asked for, or not granted.
  template <typename Table>
  const Table* service(const char* id) const noexcept {
    return static_cast<const Table*>(table_->get_service(table_, id));
  }

 private:
  const platos_host_t* table_;
};

/// The operation that a call belongs to. A cheap value; valid until the operation's last call returns.
class Call {
 public:
  Call(const platos_host_t* host, platos_call_t* call, platos_error_t* error) noexcept
      : host_(host), call_(call), error_(error) {}

  platos_call_t* handle() const noexcept { return call_; }
  /// Where a host service leaves its reason. Only within the function that was given this value.
  platos_error_t* error() const noexcept { return error_; }
  bool is_cancelled() const noexcept { return host_->is_cancelled(host_, call_) != 0; }
  std::int64_t deadline_ns() const noexcept { return host_->deadline_ns(host_, call_); }
  std::string_view attribute(const char* key) const noexcept { return view(host_->call_attribute(host_, call_, key)); }

 private:
  const platos_host_t* host_;
  platos_call_t* call_;
  platos_error_t* error_;
};

/// What every interface class (Provider, Skill ...) derives from. Behind the ABI it is a platos_instance_t.
class Instance {
 public:
  explicit Instance(Host host) noexcept : host_(host) {}
  virtual ~Instance() = default;
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  const Host& host() const noexcept { return host_; }

  /// The function table of `interface_id`, or null. The interface classes answer this.
  virtual const void* interface_table(std::string_view interface_id) const noexcept = 0;

  platos_instance_t* handle() noexcept { return reinterpret_cast<platos_instance_t*>(this); }
  static Instance& of(platos_instance_t* handle) noexcept { return *reinterpret_cast<Instance*>(handle); }

 private:
  Host host_;
};

/// Describes one component. `Type` has a constructor (Host, std::string_view config_json) that throws Error on a bad
/// configuration, and a constant `kInterface`, which its interface class defines.
template <typename Type>
constexpr platos_component_t component(const char* id, const char* config_schema = nullptr) noexcept {
  platos_component_t described{};
  described.struct_size = sizeof(platos_component_t);
  described.id = id;
  described.interface_id = Type::kInterface;
  described.config_schema = config_schema;
  described.create = [](const platos_host_t* host, platos_slice_t config_json, platos_instance_t** instance,
                        platos_error_t* error) noexcept -> std::int32_t {
    return guard(host, error, [&] {
      auto made = std::make_unique<Type>(Host(host), view(config_json));
      *instance = static_cast<Instance*>(made.release())->handle();
    });
  };
  described.destroy = [](platos_instance_t* instance) noexcept { delete &Instance::of(instance); };
  described.get_interface = [](platos_instance_t* instance, const char* interface_id) noexcept {
    return Instance::of(instance).interface_table(interface_id);
  };
  return described;
}

}  // namespace v1_0
}  // namespace platos::sdk

/// Defines the exported symbol. The last arguments are one or more components.
#define PLATOS_PLUGIN(id_text, version_text, ...)                                                         \
  namespace {                                                                                             \
  constexpr platos_component_t kPlatosComponents[] = {__VA_ARGS__};                                       \
  std::uint32_t platos_component_count() noexcept { return std::size(kPlatosComponents); }                \
  const platos_component_t* platos_component_at(std::uint32_t index) noexcept {                           \
    return index < std::size(kPlatosComponents) ? &kPlatosComponents[index] : nullptr;                    \
  }                                                                                                       \
  }                                                                                                       \
  extern "C" PLATOS_EXPORT const platos_plugin_entry_t platos_plugin_v1 = {PLATOS_PLUGIN_MAGIC,           \
                                                                           sizeof(platos_plugin_entry_t), \
                                                                           PLATOS_SDK_GENERATION,         \
                                                                           PLATOS_SDK_TARGET,             \
                                                                           0,                             \
                                                                           id_text,                       \
                                                                           version_text,                  \
                                                                           PLATOS_SDK_VERSION,            \
                                                                           __VERSION__,                   \
                                                                           nullptr,                       \
                                                                           nullptr,                       \
                                                                           platos_component_count,        \
                                                                           platos_component_at};
