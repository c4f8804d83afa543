/* The one symbol that a plugin exports, and the components behind it.
 *
 * The symbol is data, so that the host can check magic, size and generation before it calls anything. Its name carries
 * the generation: a host of generation 2 looks for platos_plugin_v2 and then for platos_plugin_v1. */
#ifndef PLATOS_ENTRY_H
#define PLATOS_ENTRY_H

#include "platos/host.h"

#define PLATOS_PLUGIN_MAGIC 0x54414C50u /* "PLAT" in memory */

typedef struct platos_instance platos_instance_t; /* defined by the plugin */

/* One thing that a library can make, such as a provider. Text members are NUL-terminated static storage. */
typedef struct platos_component {
  uint32_t struct_size;
  uint32_t flags;            /* 0 */
  const char *id;            /* as in the manifest, such as "openai" */
  const char *interface_id;  /* the main interface, such as "platos.provider/1" */
  const char *config_schema; /* JSON Schema of config_json, or NULL */

  /* Makes one configured instance. config_json: a JSON object, borrowed. On success sets *instance; on failure sets the
   * error and returns its code. No I/O, no threads. The deadline is 10 s; one that never returns is written off. [setup] */
  int32_t (*create)(const platos_host_t *host, platos_slice_t config_json, platos_instance_t **instance,
                    platos_error_t *error);

  /* Ends an instance made by create(). Every exchange has ended before.                                     [setup] */
  void (*destroy)(platos_instance_t *instance);

  /* A table of functions by interface id, or NULL. Lives as long as the library.                            [setup] */
  const void *(*get_interface)(platos_instance_t *instance, const char *interface_id);
} platos_component_t;

/* The first sixteen bytes (up to and including flags) are frozen for all generations. */
typedef struct platos_plugin_entry {
  uint32_t magic;           /* PLATOS_PLUGIN_MAGIC */
  uint32_t struct_size;     /* sizeof(platos_plugin_entry_t) of the SDK it was built with */
  uint16_t generation;      /* PLATOS_SDK_GENERATION */
  uint16_t min_host_minor;  /* PLATOS_SDK_TARGET: a host with a smaller minor refuses the plugin */
  uint32_t flags;           /* 0 */
  const char *plugin_id;      /* reverse DNS; equal to the manifest's */
  const char *plugin_version; /* equal to the manifest's */
  const char *sdk_version;    /* PLATOS_SDK_VERSION */
  const char *build_info;     /* free text: compiler, commit; may be NULL */

  /* Library-wide start and end. init may be called again after shutdown; calls are counted by the plugin. No I/O, no
   * threads, at most 50 ms. May be NULL.                                                                    [setup] */
  int32_t (*init)(const platos_host_t *host, platos_error_t *error);
  void (*shutdown)(void);

  /* Components are constant. component_at returns NULL past the end.                                        [setup] */
  uint32_t (*component_count)(void);
  const platos_component_t *(*component_at)(uint32_t index);
} platos_plugin_entry_t;

PLATOS_STATIC_ASSERT(offsetof(platos_plugin_entry_t, plugin_id) == 16, "the first sixteen bytes are frozen");

#ifdef __cplusplus
extern "C" {
#endif
extern PLATOS_EXPORT const platos_plugin_entry_t platos_plugin_v1;
#ifdef __cplusplus
}
#endif

#endif
