// platos.skill/1 in C++. Derive from Skill; throw platos::sdk::Error.
#pragma once

#include <string>
#include <string_view>

#include "platos/cpp/json_writer.hpp"
#include "platos/cpp/plugin.hpp"
#include "platos/skill.h"

namespace platos::sdk {
inline namespace v1_0 {

/// Sends tool output to the host. Valid for the call it is passed to. Throws SinkClosed when the host wants no more.
class ToolSink {
 public:
  explicit ToolSink(const platos_tool_sink_t* sink) noexcept : sink_(sink) {}

  void text(std::string_view data) const { emit(PLATOS_OUTPUT_TEXT, data); }
  void json(std::string_view data) const { emit(PLATOS_OUTPUT_JSON, data); }
  void blob(std::string_view bytes, std::string_view mime) const { emit(PLATOS_OUTPUT_BLOB, bytes, mime); }
  void progress(std::string_view data) const { emit(PLATOS_OUTPUT_PROGRESS, data); }
  void log(std::string_view data) const { emit(PLATOS_OUTPUT_LOG, data); }

 private:
  void emit(std::int32_t kind, std::string_view data, std::string_view label = {}) const {
    const platos_output_t output = {sizeof output, kind, slice(data), slice(label)};
    if (const auto status = sink_->emit(sink_->context, &output); status != PLATOS_OK) throw SinkClosed(status);
  }

  const platos_tool_sink_t* sink_;
};

/// Functions may run concurrently on one instance.
class Skill : public Instance {
 public:
  static constexpr const char* kInterface = PLATOS_SKILL_INTERFACE;
  using Instance::Instance;

  /// Writes the JSON array of tools (see skill.h for the members of each).
  virtual void list(JsonWriter& out) = 0;

  /// Runs one tool. Throw Error(PLATOS_INVALID_ARGUMENT, ...) for arguments the model should correct.
  virtual void invoke(Call call, std::string_view name, std::string_view args_json, const ToolSink& sink) = 0;

  /// Asks a running invoke() to return soon; called from another thread.
  virtual void interrupt(Call) {}

  const void* interface_table(std::string_view interface_id) const noexcept override {
    return interface_id == kInterface ? &kTable : nullptr;
  }

 private:
  static Skill& of(platos_instance_t* handle) noexcept { return static_cast<Skill&>(Instance::of(handle)); }

  static std::int32_t list_c(platos_instance_t* instance, const platos_writer_t* writer,
                             platos_error_t* error) noexcept {
    return guard(of(instance).host().table(), error,
                 [&] { write_json(writer, [&](JsonWriter& json) { of(instance).list(json); }); });
  }
  static std::int32_t invoke_c(platos_instance_t* instance, platos_call_t* call, platos_slice_t name,
                               platos_slice_t args_json, const platos_tool_sink_t* sink,
                               platos_error_t* error) noexcept {
    const platos_host_t* host = of(instance).host().table();
    return guard(host, error,
                 [&] { of(instance).invoke(Call(host, call, error), view(name), view(args_json), ToolSink(sink)); });
  }
  static void interrupt_c(platos_instance_t* instance, platos_call_t* call) noexcept {
    of(instance).interrupt(Call(of(instance).host().table(), call, nullptr));
  }

  static constexpr platos_skill_t kTable = {sizeof(platos_skill_t), 0, list_c, invoke_c, interrupt_c};
};

}  // namespace v1_0
}  // namespace platos::sdk
