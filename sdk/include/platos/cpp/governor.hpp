// platos.governor/1 in C++. Derive from Governor and Check; throw platos::sdk::Error (which denies).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "platos/cpp/plugin.hpp"
#include "platos/governor.h"

namespace platos::sdk {
inline namespace v1_0 {

/// What feed() answers. Texts are copied before the next call, so they may be built on the spot.
struct Verdict {
  std::int32_t decision = PLATOS_ALLOW;
  std::uint64_t release_bytes = 0;
  std::string replacement;
  std::string rule_id;
  std::string reason;
  std::string findings_json;
  std::string approval_json;
};

/// One subject at one point (see governor.h).
class Check {
 public:
  virtual ~Check() = default;
  virtual Verdict feed(std::string_view chunk, bool is_last) = 0;

 private:
  friend class Governor;
  const platos_host_t* host_ = nullptr;
  Verdict last_;
  platos_check_t* handle() noexcept { return reinterpret_cast<platos_check_t*>(this); }
  static Check& of(platos_check_t* handle) noexcept { return *reinterpret_cast<Check*>(handle); }
};

class Governor : public Instance {
 public:
  static constexpr const char* kInterface = PLATOS_GOVERNOR_INTERFACE;
  using Instance::Instance;

  /// Sum of PLATOS_POINT_...; constant.
  virtual std::uint32_t points() const noexcept = 0;
  virtual std::unique_ptr<Check> begin(Call call, std::uint32_t point, std::string_view subject_json) = 0;

  const void* interface_table(std::string_view interface_id) const noexcept override {
    return interface_id == kInterface ? &kTable : nullptr;
  }

 private:
  static Governor& of(platos_instance_t* handle) noexcept { return static_cast<Governor&>(Instance::of(handle)); }

  static std::uint32_t points_c(platos_instance_t* instance) noexcept { return of(instance).points(); }
  static std::int32_t begin_c(platos_instance_t* instance, platos_call_t* call, std::uint32_t point,
                              platos_slice_t subject_json, platos_check_t** check, platos_error_t* error) noexcept {
    const platos_host_t* host = of(instance).host().table();
    return guard(host, error, [&] {
      std::unique_ptr<Check> made = of(instance).begin(Call(host, call, error), point, view(subject_json));
      if (made == nullptr) throw Error(PLATOS_INTERNAL, "begin() made no check");
      made->host_ = host;
      *check = made.release()->handle();
    });
  }
  static std::int32_t feed_c(platos_check_t* handle, platos_slice_t chunk, std::int32_t is_last,
                             platos_verdict_t* verdict, platos_error_t* error) noexcept {
    Check& check = Check::of(handle);
    return guard(check.host_, error, [&] {
      check.last_ = check.feed(view(chunk), is_last != 0);
      const Verdict& last = check.last_;
      verdict->decision = last.decision;
      verdict->release_bytes = last.release_bytes;
      verdict->replacement = slice(last.replacement);
      verdict->rule_id = slice(last.rule_id);
      verdict->reason = slice(last.reason);
      verdict->findings_json = slice(last.findings_json);
      verdict->approval_json = slice(last.approval_json);
    });
  }
  static void end_c(platos_check_t* check) noexcept { delete &Check::of(check); }

  static constexpr platos_governor_t kTable = {sizeof(platos_governor_t), 0, points_c, begin_c, feed_c, end_c};
};

}  // namespace v1_0
}  // namespace platos::sdk
