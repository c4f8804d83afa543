// A skill with no tools whose entry, tables or start can be made wrong one at a time, by definitions of the build.
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string_view>

#include "platos/platos.h"

#ifndef ROGUE_MAGIC
#define ROGUE_MAGIC PLATOS_PLUGIN_MAGIC
#endif
#ifndef ROGUE_GENERATION
#define ROGUE_GENERATION PLATOS_SDK_GENERATION
#endif
#ifndef ROGUE_MINOR
#define ROGUE_MINOR 0
#endif
#ifndef ROGUE_ENTRY_SIZE
#define ROGUE_ENTRY_SIZE sizeof(platos_plugin_entry_t)
#endif
#ifndef ROGUE_COMPONENT_SIZE
#define ROGUE_COMPONENT_SIZE sizeof(platos_component_t)
#endif
#ifndef ROGUE_TABLE_SIZE
#define ROGUE_TABLE_SIZE sizeof(platos_skill_t)
#endif
#ifndef ROGUE_INIT
#define ROGUE_INIT init_works
#endif
#ifdef ROGUE_OTHER_ID
#undef ROGUE_ID
#define ROGUE_ID "test.rogue.somebody-else"
#endif

namespace {

#ifdef ROGUE_ABORT
[[maybe_unused]] const int kDies = (std::abort(), 0);
#endif

[[maybe_unused]] std::int32_t init_works(const platos_host_t*, platos_error_t*) { return PLATOS_OK; }

[[maybe_unused]] std::int32_t init_fails(const platos_host_t* host, platos_error_t* error) {
  constexpr std::string_view kReason = "the library has a bad day";
  host->error_set(host, error, PLATOS_FAILED_PRECONDITION, {kReason.data(), kReason.size()}, {});
  return PLATOS_FAILED_PRECONDITION;
}

[[maybe_unused]] std::int32_t init_throws(const platos_host_t*, platos_error_t*) {
  throw std::runtime_error("thrown by init");
}

[[maybe_unused]] std::int32_t init_hangs(const platos_host_t*, platos_error_t*) {
  for (;;) ::pause();
}

std::int32_t list(platos_instance_t*, const platos_writer_t* writer, platos_error_t*) {
  return writer->write(writer->context, {"[]", 2});
}

std::int32_t invoke(platos_instance_t*, platos_call_t*, platos_slice_t, platos_slice_t, const platos_tool_sink_t*,
                    platos_error_t*) {
  return PLATOS_NOT_FOUND;
}

const platos_skill_t kSkill = {ROGUE_TABLE_SIZE, 0, list, invoke, nullptr};

int the_instance = 0;

std::int32_t create(const platos_host_t*, platos_slice_t, platos_instance_t** instance, platos_error_t*) {
  *instance = reinterpret_cast<platos_instance_t*>(&the_instance);
  return PLATOS_OK;
}

void destroy(platos_instance_t*) {}

const void* get_interface(platos_instance_t*, const char* id) {
#if defined(ROGUE_NO_TABLE)
  (void)id;
  return nullptr;
#elif defined(ROGUE_TABLE_THROWS)
  throw std::runtime_error(id);
#else
  return std::string_view(id) == PLATOS_SKILL_INTERFACE ? &kSkill : nullptr;
#endif
}

const platos_component_t kComponent = {
    ROGUE_COMPONENT_SIZE, 0, "main", PLATOS_SKILL_INTERFACE, nullptr, create, destroy, get_interface};

std::uint32_t component_count() { return 1; }
const platos_component_t* component_at(std::uint32_t index) { return index == 0 ? &kComponent : nullptr; }

}  // namespace

#ifdef ROGUE_EXTRA_EXPORT
extern "C" PLATOS_EXPORT int platos_surplus_symbol();
int platos_surplus_symbol() { return 1; }
#endif

const platos_plugin_entry_t platos_plugin_v1 = {
    ROGUE_MAGIC, ROGUE_ENTRY_SIZE, ROGUE_GENERATION, ROGUE_MINOR, 0, ROGUE_ID, "1.0.0", PLATOS_SDK_VERSION, nullptr,
    ROGUE_INIT,  nullptr,          component_count,  component_at};
