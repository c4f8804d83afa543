// What the fixtures with raw C tables share. Everything here has internal linkage: a fixture is one source file.
//
// The configuration of each names the one thing that goes wrong; further members are the fixture's own.
#pragma once

#include <unistd.h>

#include <string>
#include <string_view>

#include "platos/cpp/slice.hpp"
#include "platos/platos.h"
#include "rogue-kit/member.hpp"

namespace rogue {

/// Only the host's own limits end it.
[[noreturn]] inline void hang() {
  for (;;) ::pause();
}

/// Leaves a reason and gives the status back.
inline std::int32_t refuse(const platos_host_t* host, platos_error_t* error, std::int32_t status,
                           std::string_view message) {
  host->error_set(host, error, status, platos::sdk::slice(message), {});
  return status;
}

inline std::int32_t write(const platos_writer_t* writer, std::string_view text) {
  return writer->write(writer->context, platos::sdk::slice(text));
}

template <typename Object>
Object& object_of(platos_instance_t* handle) {
  return *reinterpret_cast<Object*>(handle);
}

/// create() and destroy() of an `Object` that is made of the host and the configuration.
template <typename Object>
std::int32_t create(const platos_host_t* host, platos_slice_t config, platos_instance_t** instance, platos_error_t*) {
  *instance = reinterpret_cast<platos_instance_t*>(new Object(host, platos::sdk::view(config)));
  return PLATOS_OK;
}
template <typename Object>
void destroy(platos_instance_t* instance) {
  delete &object_of<Object>(instance);
}

}  // namespace rogue

/// The entry of a plugin with one component "main": what `make` and `unmake` handle, behind the table `table` of
/// `interface_id`.
#define ROGUE_COMPONENT(make, unmake, table, interface_id)                                             \
  namespace {                                                                                          \
  const void* get_interface(platos_instance_t*, const char* id) {                                      \
    return std::string_view(id) == interface_id ? &(table) : nullptr;                                  \
  }                                                                                                    \
  const platos_component_t kComponent = {                                                              \
      sizeof(platos_component_t), 0, "main", interface_id, nullptr, make, unmake, get_interface};      \
  std::uint32_t component_count() { return 1; }                                                        \
  const platos_component_t* component_at(std::uint32_t at) { return at == 0 ? &kComponent : nullptr; } \
  }                                                                                                    \
  const platos_plugin_entry_t platos_plugin_v1 = {PLATOS_PLUGIN_MAGIC,                                 \
                                                  sizeof(platos_plugin_entry_t),                       \
                                                  PLATOS_SDK_GENERATION,                               \
                                                  PLATOS_SDK_TARGET,                                   \
                                                  0,                                                   \
                                                  ROGUE_ID,                                            \
                                                  "1.0.0",                                             \
                                                  PLATOS_SDK_VERSION,                                  \
                                                  nullptr,                                             \
                                                  nullptr,                                             \
                                                  nullptr,                                             \
                                                  component_count,                                     \
                                                  component_at}

/// The same for an `object` that needs nothing special to be made.
#define ROGUE_ENTRY(object, table, interface_id) \
  ROGUE_COMPONENT(rogue::create<object>, rogue::destroy<object>, table, interface_id)
