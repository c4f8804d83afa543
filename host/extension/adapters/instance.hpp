// One configured instance of a plugin component, and everything that hangs on it.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/logger.hpp"
#include "extension/loader/library.hpp"
#include "extension/services/call.hpp"
#include "extension/services/host_table.hpp"
#include "extension/watchdog.hpp"
#include "platos/entry.h"

namespace platos::extension {

/// Whoever has threads inside of a plugin.
class CallsInside {
 public:
  virtual ~CallsInside() = default;
  /// Until no call waits or runs, or the time is over.
  virtual void wait(std::chrono::steady_clock::time_point until) = 0;
  /// Asks all calls to return, and tells nobody of what comes of them. No further one begins.
  virtual void abandon() = 0;
  /// Gives up the threads of calls that are inside still.
  virtual void write_off_all() = 0;
};

/// Shared by its adapters; destroyed (in the plugin's sense) when the last of them goes. Internally synchronised.
class Instance {
 public:
  Instance(std::string name, std::string plugin_id, std::shared_ptr<Library> library,
           const platos_component_t* component, std::shared_ptr<HostTable> host, platos_instance_t* handle,
           base::Logger& logger, Watchdog& watchdog);
  ~Instance();
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  const std::string& name() const { return name_; }
  const std::string& plugin_id() const { return plugin_id_; }
  std::string plugin_version() const;
  platos_instance_t* handle() const { return handle_; }
  const HostTable& host() const { return *host_; }
  Watchdog& watchdog() const { return watchdog_; }
  base::Logger& logger() const { return logger_; }

  /// The table of an interface, at least `min_size` bytes of it. Null when the plugin has none; Internal
  /// "plugin_breach" when its size cannot be.
  template <typename Table>
  Result<const Table*> interface_table(const char* interface_id) const {
    const void* table = nullptr;
    std::string broken;
    call_plugin([&] { return table = component_->get_interface(handle_, interface_id), PLATOS_OK; },
                [&](const char* what) { broken = what; });
    if (!broken.empty()) return fail(ErrorKind::Internal, "plugin_breach", name_ + ": get_interface: " + broken);
    if (table == nullptr) return nullptr;
    const auto size = *static_cast<const std::uint32_t*>(table);
    if (auto sane = check_size(size, sizeof(Table), interface_id); !sane) return fail(sane.error());
    return static_cast<const Table*>(table);
  }

  /// One call into the plugin: `body(platos_error_t*)` gives a status, which becomes an error with a code that begins
  /// with `prefix`. What it throws is a breach. FailedPrecondition "plugin_failed" when the instance is switched off.
  template <typename Body>
  Result<void> call(std::string_view prefix, Body&& body) {
    if (failed()) return fail(switched_off());
    platos_error_t error;
    std::string broken;
    const auto status = call_plugin([&] { return body(&error); }, [&](const char* what) { broken = what; });
    if (!broken.empty()) return breach(broken);
    if (status != PLATOS_OK) return fail(plugin_error(status, error, name_, prefix));
    return {};
  }
  Error switched_off() const;

  /// Switches the instance off for what the plugin did; the error says so.
  tl::unexpected<Error> breach(const std::string& what);

  /// PermissionDenied "url_not_granted" unless `url` matches a pattern that manifest and grant both allow.
  Result<void> may_reach(std::string_view url) const;

  /// The plugin broke the contract, or hangs: no further call. The reason is shown in the listing.
  void fail_for_good(const std::string& reason);
  bool failed() const { return failed_.load(); }
  std::string failure() const;

  /// Null: nobody (any more). Made with the adapter, before the instance is used; must live until it is taken back.
  void set_calls_inside(CallsInside* calls) { calls_inside_ = calls; }
  CallsInside* calls_inside() const { return calls_inside_; }

 private:
  static Result<void> check_size(std::uint32_t size, std::size_t least, const char* interface_id);

  const std::string name_;
  const std::string plugin_id_;
  std::shared_ptr<Library> library_;
  const platos_component_t* component_;
  std::shared_ptr<HostTable> host_;
  platos_instance_t* handle_;
  base::Logger& logger_;
  Watchdog& watchdog_;
  std::atomic<bool> failed_{false};
  std::atomic<CallsInside*> calls_inside_{nullptr};
  mutable std::mutex mutex_;
  std::string failure_;
};

}  // namespace platos::extension
